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
 * A pipe of the kernel's. What `Bun.spawn` calls a pipe is a pair of sockets, which a script notices: opening
 * `/dev/stderr` or `/dev/stdin` fails on a socket. Throws where there are no descriptors left.
 */
export function openPipe(): Pipe {
  const fds = new Int32Array(2);
  if (makePipe(fds) !== 0) throw new Error("cannot make a pipe: there are too many open files");
  return { readFd: fds[0]!, writeFd: fds[1]! };
}

export function closePipe({ readFd, writeFd }: Pipe): void {
  closeSync(readFd);
  closeSync(writeFd);
}

function makePipe(fds: Int32Array): number {
  // What is spawned on macOS inherits nothing that it is not given.
  if (process.platform === "darwin") return libc({ pipe: { args: ["ptr"], returns: "i32" } }).pipe(ptr(fds));
  return libc({ pipe2: { args: ["ptr", "i32"], returns: "i32" } }).pipe2(ptr(fds), closeOnExec);
}
