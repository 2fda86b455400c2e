import { expect } from "bun:test";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Source } from "@keruta/protocol";
import { numberedLine, numberOf } from "./numbered-line.ts";
import type { ReceivedLog } from "./received-log.ts";
import { SequenceSet } from "./sequence-set.ts";

/** How numbered lines arrived, compared with 1..count of a seed. */
export interface Comparison {
  /** Numbers that are not there, as intervals. */
  readonly lost: string;
  readonly doubled: number;
  /** Lines whose number is not above the one before. */
  readonly reordered: number;
  /** Lines that are not, byte for byte, what the seed says. */
  readonly corrupted: readonly string[];
}

const nothing: Comparison = { lost: "", doubled: 0, reordered: 0, corrupted: [] };

export function compareNumbered(texts: readonly string[], seed: number, count: number): Comparison {
  const numbers = new SequenceSet();
  const corrupted: string[] = [];
  let doubled = 0;
  let reordered = 0;
  let before = 0;
  for (const text of texts) {
    const number = numberOf(text);
    if (text !== numberedLine(seed, number)) {
      corrupted.push(text);
      continue;
    }
    doubled += numbers.add(number, number);
    if (number <= before) reordered++;
    before = number;
  }
  return { lost: numbers.missing(1, count), doubled, reordered, corrupted };
}

/** The log holds exactly the numbered lines 1..count on stdout, and came without a gap or a repeat. */
export function expectNumbered(log: ReceivedLog, seed: number, count: number): void {
  expect(log.faults).toEqual([]);
  expect(log.sequences.missing(1, log.next - 1)).toBe("");
  const texts = log.texts("stdout");
  expect(compareNumbered(texts, seed, count)).toEqual(nothing);
  expect(texts.length).toBe(count);
}

/** What a source wrote is, byte for byte, what stands in the file. */
export async function expectBytes(log: ReceivedLog, source: Source, path: string): Promise<void> {
  expect(log.faults).toEqual([]);
  expect(log.byteCount(source)).toBe(Bun.file(path).size);
  expect(log.digest(source)).toBe(await digestOf(path));
}

export async function expectSameFiles(path: string, other: string): Promise<void> {
  expect(Bun.file(path).size).toBe(Bun.file(other).size);
  expect(await digestOf(path)).toBe(await digestOf(other));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  return hash.digest("hex");
}
