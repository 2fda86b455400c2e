/**
 * Collects garbage each time so much was made that was needed for a moment only. The collector by itself looks at the heap
 * it knows, and lets dozens of MiB lie around when much passes through quickly.
 */
export class Garbage {
  #bytes = 0;

  constructor(private readonly collectEveryBytes: number) {}

  made(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.collectEveryBytes) return;
    this.#bytes = 0;
    Bun.gc(true);
  }
}
