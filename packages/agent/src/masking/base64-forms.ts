/** Where `base64` and OpenSSL begin a new line. */
const wrapColumns = [76, 64] as const;

/**
 * What a value looks like inside base64, wherever in the encoded bytes it stands: three bytes make four characters, so
 * there are three ways, and in each those characters count that depend on the value alone. In both alphabets. Where
 * the encoding is of the value by itself, also its lines.
 */
export function base64Forms(value: Uint8Array): string[] {
  const inside = [0, 1, 2].map((before) => encodedBehind(before, value));
  // By itself: the last character and the padding depend on the value, too.
  const alone = Buffer.from(value).toString("base64");
  return [alone, ...inside, ...wrapped(inside[0]!)].flatMap((form) => [form, urlSafe(form)]);
}

function encodedBehind(before: number, value: Uint8Array): string {
  const encoded = Buffer.concat([new Uint8Array(before), value]).toString("base64");
  const first = Math.ceil((before * 8) / 6);
  const end = Math.floor(((before + value.length) * 8) / 6);
  return encoded.slice(first, end);
}

/** The last line may be short: it counts only behind the others. */
function wrapped(encoded: string): string[] {
  return wrapColumns
    .filter((columns) => encoded.length > columns)
    .map((columns) => encoded.match(new RegExp(`.{1,${columns}}`, "g")) ?? [])
    .flatMap((lines) => [...lines.slice(0, -1), lines.join("\n"), lines.join("\r\n")]);
}

/** RFC 4648, section 5. */
function urlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}
