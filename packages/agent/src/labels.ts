import type { Kind } from "@keruta/config";

export type Labels = Readonly<Record<string, string>>;

/** What the protocol takes of a key or a value. */
const maxLabelLength = 1_024;

/** `KEY=VALUE`, several times or with commas between them; in a file also a map. */
export const labels: Kind<Labels> = {
  placeholder: "KEY=VALUE",
  expected: `KEY=VALUE, at most ${maxLabelLength} characters, with commas between several`,
  separator: ",",
  read(given) {
    const pairs = pairsOf(given);
    return pairs.every(isLabel) ? Object.fromEntries(pairs) : undefined;
  },
  show: (value) => Object.entries(value).map(([key, text]) => `${key}=${text}`),
};

function pairsOf(given: unknown): (readonly [string, string])[] {
  if (typeof given === "string") return pairsOf(given.split(",").filter((part) => part.trim() !== ""));
  if (Array.isArray(given)) return given.map((part) => splitPair(String(part)));
  return Object.entries(given ?? {}).map(([key, value]) => [key, String(value)]);
}

function splitPair(pair: string): readonly [string, string] {
  const at = pair.indexOf("=");
  return at === -1 ? ["", pair] : [pair.slice(0, at).trim(), pair.slice(at + 1)];
}

function isLabel([key, value]: readonly [string, string]): boolean {
  return key !== "" && key.length <= maxLabelLength && value.length <= maxLabelLength;
}
