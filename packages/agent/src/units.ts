const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30`, `1.5`: in units of `defaultUnitMs`. `500ms`, `2m`, `1m30s`: as they say. Throws on anything else. */
export function parseDurationMs(text: string, defaultUnitMs = 1_000): number {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * defaultUnitMs;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(trimmed))
    throw new Error(
      `cannot read the duration "${text}": write seconds, or a number with a unit such as 500ms or 2m`,
    );
  let sum = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    sum += Number(amount) * units[unit!]!;
  return sum;
}

const sizes: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `1073741824`, `512MiB`, `1G`: bytes, in powers of 1024. Throws on anything else. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (match === null)
    throw new Error(`cannot read the size "${text}": write bytes, or a number with a unit such as 512MiB`);
  return Math.floor(Number(match[1]) * sizes[match[2]!.toLowerCase()]!);
}
