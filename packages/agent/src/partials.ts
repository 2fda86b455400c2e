import { limits, type Source } from "@keruta/protocol";
import { bounds } from "./bounds.ts";
import type { LineCutter } from "./lines.ts";
import { characterStart, repairUtf8 } from "./utf8.ts";

interface Shown {
  readonly source: Source;
  readonly cutter: LineCutter;
  /** What viewers were told last. */
  text: string;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Text that no newline has ended yet (a prompt, a progress bar): told to viewers once it has stood for
 * `partialAfterMs`, at most that often, and taken back when its line has ended.
 */
export class Partials {
  readonly #shown: readonly Shown[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    cutters: Readonly<Record<"stdout" | "stderr", LineCutter>>,
    private readonly nowUs: () => number,
    private readonly tell: (source: Source, text: string) => void,
  ) {
    this.#shown = [
      { source: "stdout", cutter: cutters.stdout, text: "" },
      { source: "stderr", cutter: cutters.stderr, text: "" },
    ];
  }

  /** To be called after each block, once its lines are on their way. */
  update(): void {
    let pending = false;
    for (const shown of this.#shown) {
      const held = shown.cutter.unterminated.length;
      if (held === 0) this.#tell(shown, "");
      else pending = true;
    }
    if (pending) this.#timer ??= setTimeout(() => this.#look(), bounds.partialAfterMs);
  }

  /** A new connection knows nothing of what was shown. */
  tellAgain(): void {
    for (const shown of this.#shown) if (shown.text !== "") this.tell(shown.source, shown.text);
  }

  #look(): void {
    this.#timer = undefined;
    let waiting = false;
    for (const shown of this.#shown) {
      if (shown.cutter.unterminated.length === 0) continue;
      const stoodMs = (this.nowUs() - shown.cutter.unterminatedSinceUs) / 1_000;
      if (stoodMs < bounds.partialAfterMs) waiting = true;
      else this.#tell(shown, textOf(shown.cutter.unterminated));
    }
    if (waiting) this.#timer = setTimeout(() => this.#look(), bounds.partialAfterMs);
  }

  #tell(shown: Shown, text: string): void {
    if (shown.text === text) return;
    shown.text = text;
    this.tell(shown.source, text);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** The end of a text that is too long is where a progress bar is. */
function textOf(held: Uint8Array): string {
  const { bytes } = repairUtf8(held);
  const over = bytes.length - limits.maxPartialBytes;
  return decoder.decode(over > 0 ? bytes.subarray(characterStart(bytes, over + 3)) : bytes);
}
