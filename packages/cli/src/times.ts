import { UsageError } from "./usage-error.ts";

/** ISO 8601, UTC, with microseconds. */
export function isoTime(timeUs: number): string {
  const milliseconds = new Date(Math.floor(timeUs / 1_000)).toISOString();
  return `${milliseconds.slice(0, -1)}${String(timeUs % 1_000).padStart(3, "0")}Z`;
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `2h`, `1d`. Undefined for anything else. */
export function parseSpanMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(amount) * unitMs[unit]!;
}

/** A time, or how long ago: `2026-01-31T12:00:00Z`, `2026-01-31 12:00`, `90s`, `15m`, `2h`, `1d`. */
export function parseSince(text: string, nowMs: number): number {
  const agoMs = parseSpanMs(text);
  if (agoMs !== undefined) return (nowMs - agoMs) * 1_000;
  const timeMs = Date.parse(text);
  if (!Number.isNaN(timeMs)) return timeMs * 1_000;
  throw new UsageError(
    `--since ${text}: give a time like 2026-01-31T12:00:00Z, or how long ago: 90s, 15m, 2h, 1d`,
  );
}
