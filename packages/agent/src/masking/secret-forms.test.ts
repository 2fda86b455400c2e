import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bounds } from "../bounds.ts";
import { latin1, maskBlocks, maskText, secretsOf } from "../fixtures/masked.ts";
import { formsOf } from "./secret-forms.ts";

const secret = `p@ss "wörd"/<it's> +100%~`;

function python(text: string, safe: string): string {
  const kept = new RegExp(`[A-Za-z0-9_.~${safe}-]`);
  return Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte);
    return kept.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

describe("of a secret nothing is left", () => {
  test.each([
    ["as it is", secret],
    ["encodeURIComponent", encodeURIComponent(secret)],
    ["encodeURI", encodeURI(secret)],
    ["a form", new URLSearchParams({ a: secret }).toString().slice(2)],
    ["Python's quote", python(secret, "/")],
    ["Python's quote_plus", python(secret, "").replaceAll("%20", "+")],
    ["lower case escapes", python(secret, "").replace(/%../g, (escaped) => escaped.toLowerCase())],
    ["JSON", JSON.stringify(secret).slice(1, -1)],
    ["JSON of PHP", JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/").replaceAll("ö", "\\u00f6")],
    ["JSON of Python", JSON.stringify(secret).slice(1, -1).replaceAll("ö", "\\u00f6")],
    ["JSON of Go", JSON.stringify(secret).slice(1, -1).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e")],
    ["a trace of the shell", secret.replaceAll("'", "'\\''")],
  ])("%s", (_, written) =>
    expect(maskText(secretsOf(secret), `before ${written} after`)).toBe("before *** after"),
  );

  test("in base64, wherever it stands and in both alphabets", () => {
    const bytes = fc.uint8Array({ maxLength: 20 });
    fc.assert(
      fc.property(bytes, fc.uint8Array({ minLength: 6, maxLength: 48 }), bytes, (before, value, after) => {
        const characters = formsOf(value)
          .map(latin1)
          .filter((form) => /^[\w+/-]{6,}$/.test(form));
        for (const encoding of ["base64", "base64url"] as const) {
          const encoded = Buffer.concat([before, value, after]).toString(encoding);
          const found = characters.filter((form) => encoded.includes(form));
          // All characters but the two at its ends that depend on what stands beside it, too.
          expect(Math.max(...found.map(({ length }) => length))).toBeGreaterThanOrEqual(
            Math.floor((value.length * 8 - 10) / 6),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([64, 76])("in base64 wrapped at %d columns", (columns) => {
    const value = "0123456789abcdef".repeat(20);
    const lines = btoa(value).match(new RegExp(`.{1,${columns}}`, "g"))!;
    const masked = maskText(secretsOf(value), `${lines.join("\n")}\n`);
    expect(
      masked
        .split("\n")
        .slice(0, -1)
        .every((line) => line.startsWith("***") && line.length <= 6),
    ).toBe(true);
  });

  test("that is no text", () => {
    const value = Uint8Array.of(0xff, 0xfe, 0x80, 0x00, 0x81, 0x82);
    expect(formsOf(value).map(latin1)).toContain(latin1(value));
    expect(formsOf(value).map(latin1)).toContain(Buffer.from(value).toString("base64"));
  });
});

test("base64 of a value by itself is masked to its padding", () => {
  for (const value of ["hunter2secret", "hunter2secret!", "hunter2secret!!"])
    expect(maskText(secretsOf(value), `${btoa(value)}\n`)).toBe("***\n");
});

describe("several lines", () => {
  const key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG\n-----END KEY-----";

  test.each(["\n", "\r\n"])("together, whatever ends them (%j)", (end) => {
    const text = `key:${end}${key.replaceAll("\n", end)}${end}done${end}`;
    expect(maskText(secretsOf(key), text)).toBe(["key:", "***", "***", "***", "***", "done", ""].join(end));
  });

  test("behind a margin, but not what is short", () => {
    const text = key
      .split("\n")
      .map((line) => `> ${line}\n`)
      .join("");
    expect(maskText(secretsOf(key), text)).toBe("> ***\n> ***\n> hkiG\n> ***\n");
  });

  test("as one JSON string", () => {
    expect(maskText(secretsOf(key), JSON.stringify({ key }))).toBe('{"key":"***"}');
  });
});

test("a very long secret is masked as one, and no more than a part of it is held back", () => {
  const value = Array.from({ length: 6_000 }, (_, i) => `あ${i}`)
    .join("")
    .slice(0, 20_000);
  const lengths = formsOf(Buffer.from(value)).map(({ length }) => length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(bounds.secretPieceBytes + 3);
  expect(maskText(secretsOf(value), `before ${value} after`)).toBe("before *** after");
});

test("a long secret of any bytes comes apart", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_024, max: 5_000 }), fc.nat(255), (length, fill) => {
      const value = new Uint8Array(length).fill(Math.max(0x21, fill));
      const secrets = secretsOf();
      secrets.add(value);
      expect(maskBlocks(secrets, [value]).bytes.toString()).toBe("***");
    }),
    { numRuns: 50 },
  );
});
