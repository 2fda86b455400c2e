import type { Socket } from "node:net";

/** What happens to the bytes of one direction, in Toxiproxy's words. Changes take effect on open connections. */
export interface LinkFaults {
  /** `latency`: each piece is held this long. */
  latencyMs: number;
  /** `bandwidth`; 0: unlimited. */
  bytesPerSecond: number;
  /** `slicer`: pass pieces of at most this size, each by itself; 0: as they came. */
  sliceBytes: number;
  /** `timeout`: nothing passes, not even the end, and both ends stay open (half-open). */
  isStalled: boolean;
  /** Bytes are taken and thrown away while the connection looks well. */
  isSwallowing: boolean;
}

export function noFaults(): LinkFaults {
  return { latencyMs: 0, bytesPerSecond: 0, sliceBytes: 0, isStalled: false, isSwallowing: false };
}

const stallPollMs = 5;

/** One direction of one connection: reads a piece, does to it what the faults say, and only then reads on. */
export class Link {
  #passedBytes = 0;

  constructor(
    from: Socket,
    private readonly to: Socket,
    private readonly faults: LinkFaults,
    /** `limit_data`: the connection is cut after exactly this many bytes. */
    private readonly cutAfterBytes: number,
    private readonly cut: () => void,
  ) {
    from.on("data", (piece: Buffer) => {
      from.pause();
      this.#pass(piece).then(() => from.resume());
    });
    from.on("end", () => this.#untilUnstalled().then(() => to.end()));
  }

  async #pass(piece: Buffer): Promise<void> {
    const size = this.faults.sliceBytes || piece.length;
    for (let at = 0; at < piece.length; at += size) {
      const slice = piece.subarray(at, at + size);
      await this.#delay(slice.length);
      await this.#untilUnstalled();
      if (!this.faults.isSwallowing) await this.#write(slice);
    }
  }

  async #delay(bytes: number): Promise<void> {
    const { latencyMs, bytesPerSecond } = this.faults;
    const ms = latencyMs + (bytesPerSecond === 0 ? 0 : (bytes / bytesPerSecond) * 1000);
    if (ms > 0) await Bun.sleep(ms);
  }

  async #untilUnstalled(): Promise<void> {
    while (this.faults.isStalled && !this.to.destroyed) await Bun.sleep(stallPollMs);
  }

  async #write(slice: Buffer): Promise<void> {
    const allowed = slice.subarray(0, this.cutAfterBytes - this.#passedBytes);
    this.#passedBytes += allowed.length;
    if (!this.to.destroyed) await new Promise<void>((resolve) => this.to.write(allowed, () => resolve()));
    if (this.#passedBytes >= this.cutAfterBytes) this.cut();
  }
}
