import type { ScriptInput } from "../stdin/script-input.ts";

/** What a terminal turns into the end of its input (VEOF); behind unfinished text the first one only sends the text. */
const endOfInput = "\x04";
const carriageReturn = 0x0d;
const newline = 0x0a;

/**
 * What is typed on the script's terminal. It echoes, edits and interprets it as it would a person's keys: a newline is
 * the key Enter. A terminal takes what is typed before anybody asks, up to a few thousand bytes; the rest waits.
 */
export class TerminalInput implements ScriptInput {
  names: readonly string[] = [];
  #terminal: Bun.Terminal | undefined;
  #isInLine = false;
  #waiting: (() => void)[] = [];

  open(terminal: Bun.Terminal, path: string | undefined): void {
    this.#terminal = terminal;
    // A program that asks for a password opens the terminal by its other name.
    this.names = path === undefined ? [] : [path, "/dev/tty"];
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#isInLine = bytes.at(-1) !== newline;
    return this.#type(bytes.map((byte) => (byte === newline ? carriageReturn : byte)));
  }

  end(): Promise<void> {
    return this.#type(new TextEncoder().encode(this.#isInLine ? endOfInput.repeat(2) : endOfInput));
  }

  /** As they are, from a person's own terminal. */
  pass(keys: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#type(keys);
  }

  /** The terminal has taken everything. */
  drained(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #type(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const terminal = this.#terminal;
    if (terminal === undefined || terminal.closed) throw new Error("the terminal is closed");
    const taken = new Promise<void>((resolve) => this.#waiting.push(resolve));
    terminal.write(bytes);
    await taken;
  }
}
