/** A system call in which a thread waits for something to read, by how it names what it waits for. */
export type Wait =
  /** Its first argument is the descriptor. */
  | "read"
  /** An array of `pollfd`, and how many there are. */
  | "poll"
  /** How many descriptors, and the set of those to be read. */
  | "select"
  /** Its first argument is an epoll descriptor. */
  | "epoll";

/** Numbers of Linux' system calls: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. */
const numbers: Readonly<Record<string, Readonly<Record<Wait, readonly number[]>>>> = {
  x64: {
    /** read, pread64, readv, splice, preadv, preadv2 */
    read: [0, 17, 19, 275, 295, 327],
    /** poll, ppoll */
    poll: [7, 271],
    /** select, pselect6 */
    select: [23, 270],
    /** epoll_wait, epoll_pwait, epoll_pwait2 */
    epoll: [232, 281, 441],
  },
  arm64: {
    /** read, pread64, readv, splice, preadv, preadv2 */
    read: [63, 67, 65, 76, 69, 286],
    /** ppoll */
    poll: [73],
    /** pselect6 */
    select: [72],
    /** epoll_pwait, epoll_pwait2 */
    epoll: [22, 441],
  },
};

/** The calls of this machine, by number. Empty for one that is not known. */
export const waits: ReadonlyMap<number, Wait> = new Map(
  Object.entries(numbers[process.arch] ?? {}).flatMap(([wait, calls]) =>
    calls.map((call) => [call, wait as Wait] as const),
  ),
);

/** Where in the kernel a thread sleeps that reads a pipe or a terminal, by `/proc/PID/wchan`. */
export const readingPlaces: ReadonlySet<string> = new Set([
  "pipe_read",
  "anon_pipe_read",
  "fifo_pipe_read",
  "pipe_wait_readable",
  "n_tty_read",
  "wait_woken",
]);
