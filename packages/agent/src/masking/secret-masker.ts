import { bounds } from "../bounds.ts";
import { type AddMask, addMaskValue, findAddMask, unfinishedMarkerFrom } from "./add-mask.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { MaskWriter } from "./mask-writer.ts";
import type { Refusal, Secrets } from "./secrets.ts";

const newline = 0x0a;
const nothing = new Uint8Array(0);

export interface SecretMaskerOptions {
  readonly secrets: Secrets;
  /** Where an `::add-mask::` could not be obeyed. Its value is masked where it stands all the same. */
  readonly onRefused: (why: Refusal | "long") => void;
}

/**
 * Masks secrets in one stream of bytes: every byte that belongs to an occurrence of a form of a secret, however the
 * stream is cut into blocks. The end of a block that may have begun an occurrence is held back until what follows
 * decides. When nothing follows for a while, `release` gives out what shows less than `tellingBytes` of a secret; only
 * such a beginning can ever be seen, of a secret that the program paused in the middle of. A longer beginning stays
 * held until the program goes on, and is masked if it never does.
 *
 * What a call returns is good until the next one; before `end` also longer.
 */
export class SecretMasker {
  readonly #writer = new MaskWriter();
  /** The end of the stream so far that an occurrence or a command may have begun in. */
  #held: Uint8Array = nothing;
  /** So many of its first bytes have been given out already. */
  #told = 0;
  /** So many of its first bytes belong to an occurrence that began before it. */
  #covered = 0;
  /** In the value of a command that is too long to be obeyed. */
  #isInLongValue = false;
  readonly #joined = new GrowingBytes();

  constructor(private readonly options: SecretMaskerOptions) {}

  /** How often something was masked. */
  get masked(): number {
    return this.#writer.masked;
  }

  /** Whether bytes wait for what follows. */
  get isHolding(): boolean {
    return this.#held.length > this.#told;
  }

  push(block: Uint8Array): Uint8Array {
    const text = this.#join(block);
    this.#begin(text);
    const from = this.#obeyCommands(text, this.#leaveLongValue(text));
    const end = this.#isInLongValue ? text.length : this.#maskRest(text, from);
    const out = this.#writer.finish(end);
    this.#keep(text, end);
    return out;
  }

  /** Nothing has followed for a while. */
  release(): Uint8Array {
    const end = Math.min(this.#tellingFrom(), this.#command()?.valueFrom ?? this.#held.length);
    this.#begin(this.#held);
    this.#maskSecrets(this.#held, 0, end, this.#held.length);
    const out = this.#writer.finish(end);
    this.#told = Math.max(this.#told, end);
    return out;
  }

  /** Nothing will follow. */
  end(): Uint8Array {
    const text = this.#held;
    const maskedFrom = Math.min(this.#tellingFrom(), this.#command()?.valueFrom ?? text.length);
    this.#writer.leaveMemory();
    this.#begin(text);
    this.#maskSecrets(text, 0, maskedFrom, text.length);
    this.#writer.mask(maskedFrom, text.length);
    this.#held = nothing;
    return this.#writer.finish(text.length);
  }

  #join(block: Uint8Array): Uint8Array {
    if (this.#held.length === 0) return block;
    this.#joined.add(this.#held);
    this.#joined.add(block);
    return this.#joined.take();
  }

  #begin(text: Uint8Array): void {
    this.#writer.begin(text, this.#told);
    this.#writer.mask(0, this.#covered);
  }

  #keep(text: Uint8Array, from: number): void {
    if (from > 0) this.#covered = this.#writer.maskedTo(from) - from;
    this.#told = Math.max(0, this.#told - from);
    this.#held = from === text.length ? nothing : new Uint8Array(text.subarray(from));
  }

  /** Masks each value and takes it for a secret from there on. Returns where the text goes on behind the last. */
  #obeyCommands(text: Uint8Array, start: number): number {
    let from = start;
    for (;;) {
      const command = findAddMask(text, from);
      if (command?.valueEnd === undefined) return from;
      this.#maskSecrets(text, from, command.valueFrom, command.valueEnd);
      this.#writer.mask(command.valueFrom, command.valueEnd);
      this.#obey(text.subarray(command.valueFrom, command.valueEnd));
      from = command.valueEnd;
    }
  }

  #obey(written: Uint8Array): void {
    const refusal =
      written.length > bounds.maxSecretBytes ? "long" : this.options.secrets.add(addMaskValue(written));
    if (refusal !== undefined) this.options.onRefused(refusal);
  }

  /** What no command ends. Returns where what has to be held back begins. */
  #maskRest(text: Uint8Array, from: number): number {
    const command = findAddMask(text, from);
    this.#maskSecrets(text, from, command?.valueFrom ?? text.length, text.length);
    if (command !== undefined && text.length - command.valueFrom > bounds.maxSecretBytes)
      return this.#enterLongValue(text, command);
    const secretFrom = this.options.secrets.literals.unfinishedFrom(text, from, text.length);
    return Math.min(secretFrom, command?.at ?? unfinishedMarkerFrom(text));
  }

  /** Occurrences that begin before `before` and end at `end` at the latest. */
  #maskSecrets(text: Uint8Array, from: number, before: number, end: number): void {
    const { literals } = this.options.secrets;
    let at = literals.find(text, from, end);
    while (at !== -1 && at < before) {
      this.#writer.mask(at, at + literals.foundBytes);
      at = literals.find(text, at + 1, end);
    }
  }

  #enterLongValue(text: Uint8Array, { valueFrom }: AddMask): number {
    this.#isInLongValue = true;
    this.options.onRefused("long");
    this.#writer.mask(valueFrom, text.length);
    return text.length;
  }

  /** Masks the rest of a value that is too long. Returns where the text goes on behind it. */
  #leaveLongValue(text: Uint8Array): number {
    if (!this.#isInLongValue) return 0;
    const lineEnd = text.indexOf(newline);
    this.#isInLongValue = lineEnd === -1;
    const end = lineEnd === -1 ? text.length : lineEnd;
    this.#writer.mask(0, end);
    return end;
  }

  /** The command whose line has not ended. */
  #command(): AddMask | undefined {
    return findAddMask(this.#held, 0);
  }

  /** From where on what is held shows more of a secret than may be seen. */
  #tellingFrom(): number {
    const { length } = this.#held;
    const from = this.options.secrets.literals.unfinishedFrom(this.#held, 0, length);
    return length - from < bounds.tellingBytes ? length : from;
  }
}
