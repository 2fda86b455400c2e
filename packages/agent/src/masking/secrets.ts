import { bounds } from "../bounds.ts";
import { LiteralSet } from "./literal-set.ts";
import { formsOf } from "./secret-forms.ts";

/** Why a value is not masked. */
export type Refusal = "short" | "many";

/** The secrets of one run, which may become more while it goes on. */
export class Secrets {
  /** By its bytes as Latin-1, so that each is there once. */
  readonly #literals = new Map<string, Uint8Array>();
  #set: LiteralSet | undefined;
  #added = 0;

  /** What has to be looked for now. */
  get literals(): LiteralSet {
    this.#set ??= new LiteralSet([...this.#literals.values()]);
    return this.#set;
  }

  /** Blanks around a value do not belong to it. */
  add(value: Uint8Array, leastBytes: number = bounds.leastSecretBytes): Refusal | undefined {
    const secret = trimmed(value);
    if (secret.length < leastBytes) return "short";
    if (this.#added >= bounds.maxSecrets) return "many";
    this.#added++;
    for (const form of formsOf(secret)) this.#literals.set(Buffer.from(form).toString("latin1"), form);
    this.#set = undefined;
    return undefined;
  }
}

function trimmed(value: Uint8Array): Uint8Array {
  let from = 0;
  let end = value.length;
  while (from < end && isBlank(value[from]!)) from++;
  while (end > from && isBlank(value[end - 1]!)) end--;
  return new Uint8Array(value.subarray(from, end));
}

/** Control characters count as blanks. */
function isBlank(byte: number): boolean {
  return byte <= 0x20;
}
