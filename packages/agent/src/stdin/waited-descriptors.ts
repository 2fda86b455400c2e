import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { bounds } from "../bounds.ts";
import type { Wait } from "./waits.ts";

const pollfdBytes = 8;
const pollIn = 0x1;
const epollIn = 0x1;

/** The descriptors a process waits to read from, in a system call with these arguments. Throws where they cannot be read. */
export function waitedDescriptors(pid: number, wait: Wait, args: readonly number[]): number[] {
  const [first = 0, second = 0] = args;
  switch (wait) {
    case "read":
      return [first];
    case "poll":
      return polled(readMemory(pid, first, Math.min(second, bounds.maxWaitedDescriptors) * pollfdBytes));
    case "select":
      return second === 0 ? [] : selected(readMemory(pid, second, setBytes(first)), first);
    case "epoll":
      return registered(readFileSync(`/proc/${pid}/fdinfo/${first}`, "latin1"));
  }
}

/** `struct pollfd`: int fd; short events; short revents. */
function polled(memory: DataView): number[] {
  const found: number[] = [];
  for (let at = 0; at + pollfdBytes <= memory.byteLength; at += pollfdBytes)
    if ((memory.getInt16(at + 4, true) & pollIn) !== 0) found.push(memory.getInt32(at, true));
  return found;
}

/** Sets are arrays of longs. */
function setBytes(count: number): number {
  return Math.ceil(Math.min(count, bounds.maxWaitedDescriptors) / 64) * 8;
}

function selected(memory: DataView, count: number): number[] {
  const found: number[] = [];
  for (let fd = 0; fd < Math.min(count, memory.byteLength * 8); fd++)
    if ((memory.getUint8(fd >> 3) & (1 << (fd & 7))) !== 0) found.push(fd);
  return found;
}

/** Lines like `tfd:        0 events:       19 data: …`; the numbers behind `events` are hexadecimal. */
function registered(fdinfo: string): number[] {
  const matches = [...fdinfo.matchAll(/^tfd:\s*(\d+)\s+events:\s*([0-9a-f]+)/gm)];
  return matches
    .slice(0, bounds.maxWaitedDescriptors)
    .filter(([, , events]) => (Number.parseInt(events!, 16) & epollIn) !== 0)
    .map(([, fd]) => Number(fd));
}

function readMemory(pid: number, address: number, bytes: number): DataView {
  const memory = new Uint8Array(bytes);
  const fd = openSync(`/proc/${pid}/mem`, "r");
  try {
    return new DataView(memory.buffer, 0, readSync(fd, memory, 0, bytes, address));
  } finally {
    closeSync(fd);
  }
}
