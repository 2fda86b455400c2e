import { bounds } from "../bounds.ts";
import type { InputMessage } from "../uplink.ts";
import type { ScriptInput } from "./script-input.ts";

export interface InputQueueOptions {
  /** Told of each input when it has reached the script or cannot. */
  readonly answer: (id: number, refused?: string) => void;
  /** Something has reached the script. */
  readonly onWritten: () => void;
}

interface Queued {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly eof: boolean;
}

export const inputClosed = "the script has closed its standard input";
const inputEnded = "the script's standard input has been ended by an earlier input";

/**
 * Inputs on their way to the script, in the order of their ids. One that comes again, after a new connection, is not
 * written again but answered again. Nothing is written before `open`.
 */
export class InputQueue {
  #input: ScriptInput | undefined;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #isWriting = false;
  #lastId = 0;
  #answeredThrough = 0;
  /** Inputs from this id on cannot reach the script. */
  #refusal: { readonly fromId: number; readonly reason: string } | undefined;

  constructor(private readonly options: InputQueueOptions) {}

  open(input: ScriptInput): void {
    this.#input = input;
    void this.#writeAll();
  }

  /** No input reaches the script from now on. */
  refuse(reason: string): void {
    this.#refusal ??= { fromId: this.#answeredThrough + 1, reason };
    void this.#writeAll();
  }

  /** False where there is no room: it must come again, and so must those after it. */
  offer({ id, text, eof }: InputMessage): boolean {
    if (id <= this.#answeredThrough) this.#answer(id);
    if (id <= this.#lastId) return true;
    const bytes = new TextEncoder().encode(text);
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes.length > bounds.maxQueuedInputBytes) return false;
    this.#lastId = id;
    this.#queue.push({ id, bytes, eof });
    this.#queuedBytes += bytes.length;
    void this.#writeAll();
    return true;
  }

  async #writeAll(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#queue.length > 0 && (this.#input !== undefined || this.#refusal !== undefined))
      await this.#writeFirst(this.#queue[0]!);
    this.#isWriting = false;
  }

  async #writeFirst(first: Queued): Promise<void> {
    if (this.#refusal === undefined) await this.#write(this.#input!, first);
    this.#queue.shift();
    this.#queuedBytes -= first.bytes.length;
    this.#answeredThrough = first.id;
    this.#answer(first.id);
  }

  async #write(input: ScriptInput, { id, bytes, eof }: Queued): Promise<void> {
    try {
      if (bytes.length > 0) await input.write(bytes);
      if (eof) await input.end();
    } catch {
      this.#refusal ??= { fromId: id, reason: inputClosed };
      return;
    }
    if (eof) this.#refusal ??= { fromId: id + 1, reason: inputEnded };
    this.options.onWritten();
  }

  #answer(id: number): void {
    const refusal = this.#refusal;
    if (refusal !== undefined && id >= refusal.fromId) this.options.answer(id, refusal.reason);
    else this.options.answer(id);
  }
}
