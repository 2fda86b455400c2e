/** Where a line came from: the script's two streams, or the agent itself. Index = code on the wire. */
export const sources = ["stdout", "stderr", "agent"] as const;
export type Source = (typeof sources)[number];

/** Severity, lowest first. Index = code on the wire. */
export const levels = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
export type Level = (typeof levels)[number];

export const sourceCode: Readonly<Record<Source, number>> = { stdout: 0, stderr: 1, agent: 2 };
export const levelCode: Readonly<Record<Level, number>> = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };

/**
 * The flags byte of a line: bits 0-1 source, bits 2-3 level, then one bit each.
 *
 * The text column holds exactly the bytes the program wrote, so what stands after a line's text is
 * said by its flags: nothing when `continued`, `\r\n` when `crlf`, else `\n`.
 */
export const LineFlag = {
  sourceMask: 0b0000_0011,
  levelShift: 2,
  levelMask: 0b0000_1100,
  /** The level was guessed or inherited, not stated by the line. */
  guessed: 1 << 4,
  /** No newline ended this line: the next line of this source continues it, or the output ended here. */
  continued: 1 << 5,
  /** The line has an entry in the fields table. */
  fields: 1 << 6,
  /** The line was ended by `\r\n`; the `\r` is not part of its text. */
  crlf: 1 << 7,
} as const;

export function lineFlags(source: number, level: number, extra = 0): number {
  return source | (level << LineFlag.levelShift) | extra;
}

export function flagsSource(flags: number): number {
  return flags & LineFlag.sourceMask;
}

export function flagsLevel(flags: number): number {
  return (flags & LineFlag.levelMask) >> LineFlag.levelShift;
}

/** The level a flags byte carries, by name. */
export function levelOf(flags: number): Level {
  return levels[flagsLevel(flags)]!;
}

/** The source a flags byte carries, by name. */
export function sourceOf(flags: number): Source {
  return sources[flagsSource(flags)]!;
}

/** Bytes between the end of a line's text and the next line, by its flags. */
export function terminatorBytes(flags: number): number {
  if ((flags & LineFlag.continued) !== 0) return 0;
  return (flags & LineFlag.crlf) === 0 ? 1 : 2;
}

/** A line as an object: for edges (a CLI row, a JSON message), never for the hot path. */
export interface Line {
  /** 1, 2, … within the attempt, without holes. */
  readonly sequence: number;
  /** Microseconds since the epoch, when the agent read the line; never less than the line before. */
  readonly timeUs: number;
  readonly source: Source;
  readonly level: Level;
  readonly levelGuessed: boolean;
  readonly continued: boolean;
  readonly text: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}
