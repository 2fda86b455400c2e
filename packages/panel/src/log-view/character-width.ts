/** Columns a character takes in a terminal: 0 for marks that join the one before, 2 for East Asian wide. */
export function characterWidth(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (joining.test(character)) return 0;
  return isWide(code) ? 2 : 1;
}

/** Non-spacing and enclosing marks (variation selectors are among them), and the zero-width joiner. */
const joining = /^(?:\p{Mn}|\p{Me}|\u200d)/u;

/** Ranges of Unicode's East Asian Width "W" and "F" that a terminal draws over two columns. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  return wideRanges.some(([first, last]) => code >= first && code <= last);
}
