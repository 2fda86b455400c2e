/** What a level can be: the codes of `levels`, or -1 where the text states none. */
export type Detected = -1 | 0 | 1 | 2 | 3;

interface LevelWord {
  /** Lower-case ASCII. */
  readonly letters: Uint8Array;
  readonly level: number;
}

/** The words programs use for the four levels. Where one begins with another, the longer stands first. */
const vocabulary: readonly (readonly [level: number, words: string])[] = [
  [0, "trace trc debug dbug dbg verbose finest finer fine"],
  [1, "information info inf notice"],
  [2, "warning warn wrn"],
  [3, "error err fatal ftl panic critical crit severe emergency emerg alert fail"],
];

const byFirstLetter = indexWords();

/** Plain loops: an `Array.from` with a function for each letter had the runtime compile it, 3.5 MiB in every idle agent. */
function indexWords(): readonly (readonly LevelWord[])[] {
  const encoder = new TextEncoder();
  const index: LevelWord[][] = [];
  for (let letter = 0; letter < 26; letter++) index.push([]);
  for (const [level, words] of vocabulary)
    for (const word of words.split(" "))
      index[word.charCodeAt(0) - 0x61]!.push({ level, letters: encoder.encode(word) });
  return index;
}

/**
 * The level word that begins at `at`, in any case: its length times four plus its level, or 0 for
 * none. What follows it is for the caller to judge: `erroneous` begins with a word too.
 */
export function levelWordAt(bytes: Uint8Array, at: number, end: number): number {
  const words = at < end ? byFirstLetter[(bytes[at]! | 0x20) - 0x61] : undefined;
  if (words === undefined) return 0;
  for (let i = 0; i < words.length; i++) {
    const { letters, level } = words[i]!;
    if (startsWith(bytes, at, end, letters)) return (letters.length << 2) | level;
  }
  return 0;
}

function startsWith(bytes: Uint8Array, at: number, end: number, letters: Uint8Array): boolean {
  if (at + letters.length > end) return false;
  for (let i = 0; i < letters.length; i++) if ((bytes[at + i]! | 0x20) !== letters[i]) return false;
  return true;
}

/** Numbers as levels: pino's 10 to 60, or syslog's severities 0 to 7. */
export function numericLevel(value: number): Detected {
  if (value < 8) return value <= 3 ? 3 : value === 4 ? 2 : value <= 6 ? 1 : 0;
  if (value < 30) return 0;
  return value < 40 ? 1 : value < 50 ? 2 : 3;
}
