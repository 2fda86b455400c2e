import type { ChunkHeader } from "./chunk.ts";
import { type FieldsEntry, readFields } from "./fields.ts";

/** The lines of a chunk, read in place: no object a line. Sequences are `firstSequence + index`. */
export class LineBlock {
  readonly #starts: Uint32Array;
  #timesUs: Float64Array | undefined;

  /** Use `decodeLines` or `decodeColumns`, which check what this takes on trust. */
  constructor(
    readonly header: ChunkHeader,
    readonly text: Uint8Array,
    readonly flags: Uint8Array,
    readonly lengths: ArrayLike<number>,
    private readonly deltas: ArrayLike<number> | undefined,
    starts: Uint32Array,
    private readonly packedFields: Uint8Array,
  ) {
    this.#starts = starts;
  }

  get lineCount(): number {
    return this.header.lineCount;
  }

  /** Where the line's text starts in `text`. */
  textStart(index: number): number {
    return this.#starts[index]!;
  }

  textEnd(index: number): number {
    return this.#starts[index]! + this.lengths[index]!;
  }

  textBytes(index: number): Uint8Array {
    return this.text.subarray(this.textStart(index), this.textEnd(index));
  }

  timeUs(index: number): number {
    return this.timesUs()[index]!;
  }

  timesUs(): Float64Array {
    this.#timesUs ??= absoluteTimes(this.header, this.deltas);
    return this.#timesUs;
  }

  /** Packed size of all fields; bounded by `limits.maxFieldsBytes`. */
  get fieldsBytes(): number {
    return this.packedFields.length;
  }

  /** The lines that have fields, ascending. */
  fields(): readonly FieldsEntry[] {
    return readFields(this.packedFields);
  }
}

function absoluteTimes(header: ChunkHeader, deltas: ArrayLike<number> | undefined): Float64Array {
  const times = new Float64Array(header.lineCount);
  let time = header.firstTimeUs;
  for (let i = 0; i < times.length; i++) {
    if (deltas !== undefined) time += deltas[i]!;
    times[i] = time;
  }
  return times;
}
