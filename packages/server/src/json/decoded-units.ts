import { decodeLines, type LineBlock, openFrame, releaseBytes } from "@keruta/protocol";
import type { FeedUnit } from "../outlet.ts";
import { decompress } from "../store/zstd.ts";

/** A unit's lines, ready to be written as text. */
export interface DecodedUnit {
  readonly block: LineBlock;
  /** The block's text column. */
  readonly text: Buffer;
  /** Of the lines that have any, by their index. */
  readonly fields: ReadonlyMap<number, Readonly<Record<string, unknown>>>;
}

/** Decoded units are kept up to here for whoever is at the same place, or comes back for the rest of one. */
const keptBytes = 8 * 1024 * 1024;
/** What a line costs beside its text: its time, where it starts, its length and flags. */
const bytesPerLine = 20;
/** A smaller buffer may be a part of the runtime's pool, which is not ours to free. */
const ownBufferBytes = 64 * 1024;

/**
 * Units decoded for JSON viewers. A viewer keeps a place in a unit and not what is in it, so that one that takes
 * nothing costs nothing here.
 */
export class DecodedUnits {
  /** In the order of last use. */
  readonly #kept = new Map<FeedUnit, DecodedUnit>();
  #bytes = 0;

  /** To be used at once: the memory is given to the next one that is decoded. */
  get(unit: FeedUnit): DecodedUnit {
    const decoded = this.#kept.get(unit) ?? this.#decode(unit);
    this.#kept.delete(unit);
    this.#kept.set(unit, decoded);
    return decoded;
  }

  #decode(unit: FeedUnit): DecodedUnit {
    this.#makeRoomFor(sizeOf(unit));
    const block = decodeLines(openFrame(unit.frame), decompress);
    const { buffer, byteOffset, byteLength } = block.text;
    const text = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    const fields = new Map(block.fields());
    this.#bytes += sizeOf(unit);
    return { block, text, fields };
  }

  #makeRoomFor(bytes: number): void {
    for (const [unit, { block }] of this.#kept) {
      if (this.#bytes + bytes <= keptBytes) return;
      this.#kept.delete(unit);
      this.#bytes -= sizeOf(unit);
      if (block.text.buffer.byteLength >= ownBufferBytes) releaseBytes(block.text);
    }
  }
}

function sizeOf({ header }: FeedUnit): number {
  return header.columnsBytes + header.lineCount * bytesPerLine;
}
