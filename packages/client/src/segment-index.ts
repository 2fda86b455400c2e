import { KerutaError, lastSequence, type Manifest, type ManifestSegment } from "@keruta/protocol";
import { firstIndex } from "./first-index.ts";

/** The sealed segments of an attempt: from the first line that was not deleted to `sealedThrough`, without a hole. */
export class SegmentIndex {
  #segments: ManifestSegment[] = [];
  #deletedThrough = 0;

  /** As of the last answer. */
  get deletedThrough(): number {
    return this.#deletedThrough;
  }

  get segments(): readonly ManifestSegment[] {
    return this.#segments;
  }

  get sealedThrough(): number {
    const last = this.#segments.at(-1);
    return last === undefined ? this.#deletedThrough : lastSequence(last);
  }

  /**
   * Adds what is new in an answer, to whatever `after` it was; one that says that more was deleted than before must be whole,
   * because the segment that was cut has another address now. Throws SEQUENCE_GAP where a hole would be left.
   */
  add(manifest: Manifest): void {
    const { deletedThrough = 0 } = manifest.summary;
    if (deletedThrough > this.#deletedThrough) {
      this.#deletedThrough = deletedThrough;
      this.#segments = [];
    }
    for (const segment of manifest.segments) {
      const expected = this.sealedThrough + 1;
      if (segment.firstSequence > expected)
        throw new KerutaError(
          "SEQUENCE_GAP",
          `cannot read the manifest: expected line ${expected}, found ${segment.firstSequence}`,
        );
      if (segment.firstSequence === expected) this.#segments.push(segment);
    }
  }

  /** The segment that holds a line. */
  find(sequence: number): ManifestSegment | undefined {
    const segments = this.#segments;
    return segments[firstIndex(segments.length, (index) => lastSequence(segments[index]!) >= sequence)];
  }

  /** The first segment with a line that is not earlier. */
  findTime(timeUs: number): ManifestSegment | undefined {
    return this.#segments[
      firstIndex(this.#segments.length, (index) => this.#segments[index]!.lastTimeUs >= timeUs)
    ];
  }
}
