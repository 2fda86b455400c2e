import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bounds } from "../bounds.ts";
import { bytesOf, cutAt, latin1, maskBlocks, maskText, secretsOf } from "../fixtures/masked.ts";
import { formsOf } from "./secret-forms.ts";
import { SecretMasker } from "./secret-masker.ts";

/** What must come out, byte by byte: slow, and as simple as what is promised. */
function expected(values: readonly string[], text: string): { text: string; masked: number } {
  const forms = values.flatMap((value) => formsOf(bytesOf(value)).map(latin1));
  const isSecret = new Uint8Array(text.length);
  for (const form of forms)
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1))
      isSecret.fill(1, at, at + form.length);
  for (let at = 0; at <= text.length - bounds.tellingBytes; at++)
    if (forms.some((form) => form.length > text.length - at && form.startsWith(text.slice(at))))
      isSecret.fill(1, at);
  const marked = Array.from(text, (byte, at) =>
    isSecret[at] === 1 && !/[\r\n]/.test(byte) ? "\0" : byte,
  ).join("");
  return { text: marked.replaceAll(/\0+/g, "***"), masked: marked.match(/\0+/g)?.length ?? 0 };
}

/** Few letters, so that secrets begin, end and overlap everywhere. */
const letter = fc.constantFrom("a", "b", "あ", "\n", " ");
const secret = fc
  .string({ unit: letter, minLength: 4, maxLength: 12 })
  .map((value) => value.trim())
  .filter((value) => Buffer.byteLength(value) >= bounds.leastSecretBytes);
const secrets = fc.array(secret, { maxLength: 4 });
const text = fc.string({ unit: letter, maxLength: 120 });
const cuts = fc.array(fc.nat(400), { maxLength: 6 });

describe("a stream", () => {
  test("is masked as a whole, however it was split, and what was masked is counted", () => {
    fc.assert(
      fc.property(secrets, text, cuts, (values, plain, places) => {
        const bytes = bytesOf(plain);
        const { bytes: out, masked } = maskBlocks(secretsOf(...values), cutAt(bytes, places));
        expect({ text: latin1(out), masked }).toEqual(expected(values, latin1(bytes)));
      }),
      // Rare: a secret that is over, within the beginning of one that is not.
      { numRuns: 5_000, examples: [[["あb", "ああbaaaa"], "ああbあ", [7]]] },
    );
  });

  test("byte by byte comes out as in one piece", () => {
    fc.assert(
      fc.property(secrets, text, (values, plain) => {
        const bytes = bytesOf(plain);
        const single = maskBlocks(
          secretsOf(...values),
          Array.from(bytes, (byte) => Uint8Array.of(byte)),
        );
        expect(single).toEqual(maskBlocks(secretsOf(...values), [bytes]));
      }),
      { numRuns: 1_000 },
    );
  });

  test("shows no form of real secrets, and all else as it was", () => {
    const value = fc.string({ unit: "grapheme", minLength: 8, maxLength: 40 }).map(trimmed).filter(isFit);
    const words = fc
      .string({ unit: "grapheme-ascii", maxLength: 40 })
      .map((word) => word.replaceAll("*", ""));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(words, fc.nat(1_000)), { maxLength: 10 }),
        cuts,
        (values, parts, places) => {
          const forms = values.flatMap((one) => formsOf(bytesOf(one)));
          const written = parts.flatMap(([word, n]) => [bytesOf(word), forms[n % forms.length]!]);
          const bytes = Buffer.concat(written);
          const masked = maskBlocks(secretsOf(...values), cutAt(bytes, places));
          for (const form of forms) expect(masked.bytes.includes(form)).toBe(false);
          expect({ text: latin1(masked.bytes), masked: masked.masked }).toEqual(
            expected(values, latin1(bytes)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test("that holds no secret is handed on without a copy", () => {
    const masker = new SecretMasker({ secrets: secretsOf("hunter22"), onRefused: () => {} });
    const block = bytesOf("nothing to see here\n");
    expect(masker.push(block).buffer).toBe(block.buffer);
  });

  test("keeps bytes that are no UTF-8", () => {
    const bytes = Uint8Array.of(0xff, ...bytesOf("hunter22"), 0xc3, 0x28, 0x00);
    expect(latin1(maskBlocks(secretsOf("hunter22"), [bytes]).bytes)).toBe("\xff***\xc3(\0");
  });
});

function trimmed(value: string): string {
  return value.replaceAll(/^[\0- ]+|[\0- ]+$/g, "");
}

function isFit(value: string): boolean {
  return Buffer.byteLength(value) >= 8 && !value.includes("*");
}

describe("a pause", () => {
  function masker(...values: string[]) {
    return new SecretMasker({ secrets: secretsOf(...values), onRefused: () => {} });
  }

  test("shows a prompt that might begin a secret, but never more of one than its first letters", () => {
    const value = "hunter22";
    for (let at = 0; at <= value.length; at++) {
      const one = masker(value);
      const before = latin1(one.push(bytesOf(`> ${value.slice(0, at)}`))) + latin1(one.release());
      expect(before).toBe(
        at === value.length ? "> ***" : at < bounds.tellingBytes ? `> ${value.slice(0, at)}` : "> ",
      );
      const after = latin1(one.push(bytesOf(`${value.slice(at)}!\n`)));
      expect(before + after).toBe(`> ${at < bounds.tellingBytes ? value.slice(0, at) : ""}***!\n`);
    }
  });

  test("loses nothing when it was no secret after all", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("h", "hu", "hunt", "er2", "\n", "x"), { maxLength: 12 }),
        (parts) => {
          const one = masker("hunter22");
          const out = parts.map((part) => latin1(one.push(bytesOf(part))) + latin1(one.release()));
          expect(`${out.join("")}${latin1(one.push(bytesOf("\n")))}`).toBe(`${parts.join("")}\n`);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("between any two blocks shows no form of a secret", () => {
    const parts = fc.constantFrom("hunter22", "aHVudGVyMjI=", "hunt", "er22", "hu", "\n", "x", "nter22");
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), cuts, (written, places) => {
        const one = masker("hunter22");
        const blocks = cutAt(bytesOf(written.join("")), places);
        const out = blocks.map((block) => latin1(one.push(block)) + latin1(one.release())).join("");
        for (const form of formsOf(bytesOf("hunter22"))) expect(out.includes(latin1(form))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test("may come again and again", () => {
    const one = masker("hunter22");
    const out = Array.from(
      "ahunter22b",
      (letter) => latin1(one.push(bytesOf(letter))) + latin1(one.release()),
    );
    expect(out).toEqual(["a", "h", "u", "", "", "", "", "", "***", "b"]);
    expect(one.masked).toBe(1);
  });

  test("ends with the end: a secret that was cut short is masked", () => {
    expect(maskText(secretsOf("hunter22"), "is hunter2")).toBe("is ***");
    expect(maskText(secretsOf("hunter22"), "is hu")).toBe("is hu");
  });
});

describe("::add-mask::", () => {
  test("masks a value from its own line on", () => {
    const shown = maskText(secretsOf(), "hunter22\n::add-mask::hunter22\nhunter22\n");
    expect(shown).toBe("hunter22\n::add-mask::***\n***\n");
  });

  test("comes out the same however it was split", () => {
    const parts = ["::add-mask::", "::add", "hunter22", "line\r\n", "\n", "%0A", "あいう", "-", "other1"];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 20 }), cuts, (written, places) => {
        const bytes = bytesOf(written.join(""));
        const whole = maskBlocks(secretsOf("known"), [bytes]);
        expect(maskBlocks(secretsOf("known"), cutAt(bytes, places))).toEqual(whole);
      }),
      { numRuns: 3_000 },
    );
  });

  test("unescapes line ends and percent signs as GitHub's runner does", () => {
    const shown = maskText(secretsOf(), "::add-mask::50%25 off%0Aline two\n50% off\nline two\n");
    expect(shown).toBe("::add-mask::***\n***\n***\n");
  });

  test("counts in a trace of the shell, and with \\r\\n", () => {
    expect(maskText(secretsOf(), "+ echo ::add-mask::hunter22\r\n[hunter22]\r\n")).toBe(
      "+ echo ::add-mask::***\r\n[***]\r\n",
    );
  });

  test("of one stream is heeded in the other", () => {
    const secrets = secretsOf();
    const [stdout, stderr] = [0, 1].map(() => new SecretMasker({ secrets, onRefused: () => {} }));
    stdout!.push(bytesOf("::add-mask::hunter22\n"));
    expect(latin1(stderr!.push(bytesOf("hunter22\n")))).toBe("***\n");
  });

  test("is not shown before its line has ended, nor after", () => {
    const masker = new SecretMasker({ secrets: secretsOf(), onRefused: () => {} });
    const out = [masker.push(bytesOf("::add-mask::hun")), masker.release(), masker.push(bytesOf("ter22\n"))];
    expect(out.map(latin1)).toEqual(["", "::add-mask::", "***\n"]);
    expect(maskText(secretsOf(), "::add-mask::hun")).toBe("::add-mask::***");
  });

  test("with a value that is too short is refused, and masked where it stands", () => {
    const { bytes, refused } = maskBlocks(secretsOf(), [bytesOf("::add-mask:: ab \n::add-mask::\nab\n")]);
    expect(bytes.toString()).toBe("::add-mask::***\n::add-mask::\nab\n");
    expect(refused).toEqual(["short", "short"]);
  });

  test.each([1, 1_000, 100_000])(
    "with a value that is too long is refused, and masked (in blocks of %d)",
    (at) => {
      const bytes = bytesOf(`a ::add-mask::${"x".repeat(bounds.maxSecretBytes + 1)}\nxxxxxxxx\n`);
      const blocks = Array.from({ length: Math.ceil(bytes.length / at) }, (_, i) =>
        bytes.subarray(i * at, (i + 1) * at),
      );
      const { bytes: out, refused } = maskBlocks(
        secretsOf(),
        at === 1 ? cutAt(bytes, [14, 15, 40_000]) : blocks,
      );
      expect(out.toString()).toBe("a ::add-mask::***\nxxxxxxxx\n");
      expect(refused).toEqual(["long"]);
    },
  );

  test("more secrets than there may be are refused", () => {
    const values = Array.from({ length: bounds.maxSecrets + 1 }, (_, i) => `secret-${i}`);
    const secrets = secretsOf();
    const refusals = values.map((value) => secrets.add(bytesOf(value)));
    expect(refusals.slice(-2)).toEqual([undefined, "many"]);
    expect(maskText(secrets, `${values.at(-2)} ${values.at(-1)}`)).toBe("*** ***0");
  });
});
