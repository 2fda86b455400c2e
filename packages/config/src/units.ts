export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
export const mebibyte = 1024 * 1024;
export const gibibyte = 1024 * mebibyte;

const units = { ms: 1, s: second, m: minute, h: hour, d: day } as const;
const number = String.raw`\d+(?:\.\d+)?`;

/** `30`, `1.5`: seconds. `500ms`, `2m`, `1m30s`: as they say. Undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  const trimmed = text.trim();
  if (new RegExp(`^${number}$`).test(trimmed)) return Number(trimmed) * units.s;
  if (!new RegExp(`^(?:${number}(?:ms|s|m|h|d))+$`).test(trimmed)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of trimmed.matchAll(new RegExp(`(${number})(ms|s|m|h|d)`, "g")))
    sum += Number(amount) * units[unit as keyof typeof units];
  return sum;
}

/** In the largest unit that gives a whole number: `90s`, `500ms`, `7d`. */
export function showDuration(ms: number): string {
  if (ms === 0) return "0";
  const unit = (["d", "h", "m", "s"] as const).find((name) => ms >= units[name] && ms % units[name] === 0);
  return unit === undefined ? `${ms}ms` : `${ms / units[unit]}${unit}`;
}

const sizes: readonly string[] = ["", "k", "m", "g", "t"];

/** `1073741824`, `512MiB`, `1G`, `100MB`: bytes, in powers of 1024. Undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  return Math.floor(Number(match[1]) * 1024 ** sizes.indexOf(match[2]!.toLowerCase()));
}

/** In the largest unit that gives a whole number: `8KiB`, `1GiB`, `1000`. */
export function showBytes(bytes: number): string {
  let power = 0;
  while (bytes > 0 && bytes % 1024 ** (power + 1) === 0) power++;
  return power === 0 ? String(bytes) : `${bytes / 1024 ** power}${sizes[power]!.toUpperCase()}iB`;
}
