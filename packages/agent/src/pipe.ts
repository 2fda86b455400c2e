import { ptr } from "bun:ffi";
import { closeSync } from "node:fs";
import { libc } from "./libc.ts";

/** The two ends of a pipe, as descriptors of ours that a program we start does not inherit by itself. */
export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

const closeOnExec = 0o2000000;

/**
 * Pipes of the kernel's, all that are asked for or none. What `Bun.spawn` calls a pipe is a pair of sockets, which a
 * script notices: opening `/dev/stderr` or `/dev/stdin` fails on a socket. Throws where there are no descriptors left.
 */
export function openPipes(count: number): Pipe[] {
  const makePipe = pipeMaker();
  const pipes: Pipe[] = [];
  while (pipes.length < count) {
    const fds = new Int32Array(2);
    if (makePipe(fds) !== 0) {
      for (const pipe of pipes) closePipe(pipe);
      throw new Error("cannot make a pipe: there are too many open files");
    }
    pipes.push({ readFd: fds[0]!, writeFd: fds[1]! });
  }
  return pipes;
}

export function closePipe({ readFd, writeFd }: Pipe): void {
  closeSync(readFd);
  closeSync(writeFd);
}

/** Made once for all pipes: the runtime compiles code for each function that is looked up. */
function pipeMaker(): (fds: Int32Array) => number {
  // What is spawned on macOS inherits nothing that it is not given.
  if (process.platform === "darwin") {
    const { pipe } = libc({ pipe: { args: ["ptr"], returns: "i32" } });
    return (fds) => pipe(ptr(fds));
  }
  const { pipe2 } = libc({ pipe2: { args: ["ptr", "i32"], returns: "i32" } });
  return (fds) => pipe2(ptr(fds), closeOnExec);
}
