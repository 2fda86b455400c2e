import type { OnBlock, Surroundings } from "../capture.ts";
import type { StdinSource } from "../stdin/stdin-source.ts";
import { passKeys } from "./own-terminal.ts";
import { TerminalCapture } from "./terminal-capture.ts";
import { type WantedSize, WindowSizes } from "./window-size.ts";

export interface TerminalRunOptions extends Surroundings {
  readonly command: readonly string[];
  readonly stdin: StdinSource;
  readonly size: WantedSize;
  readonly onBlock: OnBlock;
}

/** Runs a command on a terminal, with our own as its model where there is one. Throws what spawning throws. */
export function runOnTerminal({ stdin, size, ...options }: TerminalRunOptions): TerminalCapture {
  const sizes = new WindowSizes(size);
  const capture = new TerminalCapture({ ...options, size: sizes.now });
  const endings = [sizes.follow((now) => capture.resize(now))];
  if (stdin === "inherit") endings.push(passKeys(capture.input));
  void capture.exited.then(() => {
    for (const end of endings) end();
  });
  return capture;
}
