/** Lines that will not be in the log, and what the log says instead. */
export interface MissingLines {
  readonly lines: number;
  /** Bytes of text, where they are known; else 0. */
  readonly bytes: number;
  readonly fromUs: number;
  readonly toUs: number;
}

export function addMissing(a: MissingLines, b: MissingLines): MissingLines {
  return {
    lines: a.lines + b.lines,
    bytes: a.bytes + b.bytes,
    fromUs: Math.min(a.fromUs, b.fromUs),
    toUs: Math.max(a.toUs, b.toUs),
  };
}

export function missingLinesText(missing: MissingLines, why: string): string {
  const size = missing.bytes > 0 ? ` (${missing.bytes} bytes)` : "";
  const period =
    missing.toUs > 0 ? `, written between ${isoTime(missing.fromUs)} and ${isoTime(missing.toUs)},` : "";
  return missing.lines === 1
    ? `1 line${size}${period} is missing here: ${why}`
    : `${missing.lines} lines${size}${period} are missing here: ${why}`;
}

function isoTime(us: number): string {
  return new Date(us / 1_000).toISOString();
}
