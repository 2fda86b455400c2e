import { closeSync, ftruncateSync, openSync, readSync, writevSync } from "node:fs";

/**
 * A spool file is a run of records, only ever appended to:
 *
 *     record = length of the frame (u32, little-endian), CRC-32 of the frame (u32), frame
 *
 * A process that is killed may leave the last record torn; a reader stops before it.
 */
export const recordHeadBytes = 8;

/**
 * One spool file, written or read. It stays open for as long as it is needed: a script that clears its
 * working directory (`git clean -fdx`) removes the name, not the content.
 */
export class SpoolFile {
  readonly #fd: number;
  readonly #head = new DataView(new ArrayBuffer(recordHeadBytes));
  #bytes = 0;

  /** `create`: it must not be there yet. `open`: it is only read. */
  constructor(
    readonly path: string,
    mode: "create" | "open",
  ) {
    this.#fd = openSync(path, mode === "create" ? "wx+" : "r", 0o600);
  }

  /** How much has been appended. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * What it has written survives the death of the process, not that of the machine. Throws where the
   * whole record could not be written; the file then ends before it.
   */
  append(frame: Uint8Array): void {
    this.#head.setUint32(0, frame.length, true);
    this.#head.setUint32(4, Bun.hash.crc32(frame), true);
    const wanted = recordHeadBytes + frame.length;
    try {
      const written = writevSync(this.#fd, [new Uint8Array(this.#head.buffer), frame], this.#bytes);
      if (written !== wanted) throw new Error(`only ${written} of ${wanted} bytes fit`);
    } catch (cause) {
      ftruncateSync(this.#fd, this.#bytes);
      throw new Error(`cannot write the spool file ${this.path}: ${(cause as Error).message}`, { cause });
    }
    this.#bytes += wanted;
  }

  /** Reads from its beginning; the file may grow meanwhile. */
  records(): RecordReader {
    return new RecordReader(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

const blockBytes = 64 * 1024;
/** No chunk's frame is as long: a greater length is damage. */
const maxFrameBytes = 16 * 1024 * 1024;

/** Reads records in order. */
export class RecordReader {
  #block = new Uint8Array(blockBytes);
  #start = 0;
  #end = 0;
  #offset = 0;

  constructor(private readonly fd: number) {}

  /** Where the next record begins. */
  get position(): number {
    return this.#offset - (this.#end - this.#start);
  }

  /** The next frame, a copy; undefined where no further whole and undamaged record stands. */
  next(): Uint8Array | undefined {
    if (!this.#fill(recordHeadBytes)) return undefined;
    const view = new DataView(this.#block.buffer, this.#start, recordHeadBytes);
    const length = view.getUint32(0, true);
    const checksum = view.getUint32(4, true);
    if (length === 0 || length > maxFrameBytes || !this.#fill(recordHeadBytes + length)) return undefined;
    const at = this.#start + recordHeadBytes;
    const frame = this.#block.slice(at, at + length);
    if (Bun.hash.crc32(frame) !== checksum) return undefined;
    this.#start = at + length;
    return frame;
  }

  /** Makes at least `wanted` bytes available in the block. */
  #fill(wanted: number): boolean {
    if (this.#end - this.#start >= wanted) return true;
    const rest = this.#block.subarray(this.#start, this.#end);
    const next = wanted > this.#block.length ? new Uint8Array(wanted) : this.#block;
    next.set(rest);
    this.#block = next;
    this.#start = 0;
    this.#end = rest.length;
    while (this.#end < wanted) {
      const read = readSync(this.fd, this.#block, this.#end, this.#block.length - this.#end, this.#offset);
      if (read === 0) return false;
      this.#end += read;
      this.#offset += read;
    }
    return true;
  }
}
