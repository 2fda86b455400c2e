import { KerutaError, limits, pack } from "@keruta/protocol";
import type { SubmittedLine } from "../task-actions.ts";
import { frameOfPieces } from "./frame-of-pieces.ts";
import { type LinePiece, linePieces } from "./line-pieces.ts";

export interface SubmittedFrames {
  /** As few as the limits of a chunk allow, numbered one after the other. Each is known to be one the store accepts. */
  readonly frames: readonly Uint8Array[];
  /** One a line, as in the frames. */
  readonly timesUs: readonly number[];
}

/** What an entry of the fields table takes up beside its object. */
const fieldsEntryBytes = 16;

/**
 * Lays out lines that somebody submitted. Times never go backwards within a submission: a line that is earlier than the
 * one before gets that one's time. Lines longer than `maxLineBytes` become several. Throws INVALID_LOG_FORMAT, PAYLOAD_TOO_LARGE.
 */
export function submittedFrames(
  lines: readonly SubmittedLine[],
  firstNumber: number,
  maxLineBytes: number,
  nowUs: number,
): SubmittedFrames {
  const timesUs = timesOf(lines, nowUs);
  const chunks = new Chunks(firstNumber);
  for (const [index, line] of lines.entries())
    for (const piece of linePieces(line, timesUs[index]!, maxLineBytes)) chunks.add(piece, index);
  return { frames: chunks.close(), timesUs };
}

function timesOf(lines: readonly SubmittedLine[], nowUs: number): number[] {
  let latestUs = 0;
  return lines.map(({ timeUs = nowUs }) => {
    latestUs = Math.max(latestUs, timeUs);
    return latestUs;
  });
}

class Chunks {
  readonly #frames: Uint8Array[] = [];
  #pieces: LinePiece[] = [];
  #rawBytes = 0;
  #fieldsBytes = 0;

  constructor(private number: number) {}

  /** `line`: which of the submission's, for whoever is told what is wrong with it. */
  add(piece: LinePiece, line: number): void {
    const rawBytes = piece.text.length + 1;
    const fieldsBytes = fieldsBytesOf(piece, line);
    if (rawBytes > limits.maxChunkRawBytes)
      throw new KerutaError("PAYLOAD_TOO_LARGE", `line ${line + 1} is ${piece.text.length} bytes long`);
    if (!this.#fits(rawBytes, fieldsBytes)) this.#closeChunk();
    this.#pieces.push(piece);
    this.#rawBytes += rawBytes;
    this.#fieldsBytes += fieldsBytes;
  }

  close(): readonly Uint8Array[] {
    if (this.#pieces.length > 0) this.#closeChunk();
    return this.#frames;
  }

  #fits(rawBytes: number, fieldsBytes: number): boolean {
    return (
      this.#pieces.length < limits.maxChunkLines &&
      this.#rawBytes + rawBytes <= limits.maxChunkRawBytes &&
      this.#fieldsBytes + fieldsBytes <= limits.maxFieldsBytes
    );
  }

  #closeChunk(): void {
    this.#frames.push(frameOfPieces(this.#pieces, this.number));
    this.number += this.#pieces.length;
    this.#pieces = [];
    this.#rawBytes = 0;
    this.#fieldsBytes = 0;
  }
}

function fieldsBytesOf({ fields }: LinePiece, line: number): number {
  if (fields === undefined) return 0;
  const bytes = pack(fields).length + fieldsEntryBytes;
  if (bytes <= limits.maxFieldsBytes) return bytes;
  throw new KerutaError(
    "PAYLOAD_TOO_LARGE",
    `the fields of line ${line + 1} take up ${bytes} bytes, and may ${limits.maxFieldsBytes}`,
  );
}
