import { countFlags, encodeColumns, encodeFrame, type Hello, lineFlags } from "@keruta/protocol";

/** The same for all lines, or by sequence. */
type Each = number | ((sequence: number) => number);

export interface FrameOptions {
  readonly timeUs?: Each;
  readonly level?: Each;
  readonly source?: Each;
  readonly text?: (sequence: number) => string;
  readonly fields?: readonly (readonly [number, Readonly<Record<string, unknown>>])[];
}

/** A chunk as an agent would make it: `count` lines from `first` on, in a buffer of its own. */
export function makeFrame(first: number, count: number, options: FrameOptions = {}): Uint8Array {
  const { timeUs = 1_000_000 + first, level = 1, source = 0, text = lineText, fields = [] } = options;
  const texts = Array.from({ length: count }, (_, index) => Buffer.from(text(first + index)));
  const timesUs = Float64Array.from(texts, (_, index) => at(timeUs, first + index));
  const flags = Uint8Array.from(texts, (_, index) =>
    lineFlags(at(source, first + index), at(level, first + index)),
  );
  for (const [index] of fields) flags[index]! |= 1 << 6;
  const all = Buffer.concat(texts.flatMap((bytes) => [bytes, Buffer.from("\n")]));
  const body = encodeColumns({
    lineCount: count,
    firstTimeUs: timesUs[0]!,
    timesUs,
    textLengths: Uint32Array.from(texts, (bytes) => bytes.length),
    flags,
    text: all,
    fields,
  });
  const header = {
    firstSequence: first,
    lineCount: count,
    firstTimeUs: timesUs[0]!,
    lastTimeUs: timesUs.at(-1)!,
    rawBytes: all.length,
    columnsBytes: body.length,
    invalidBytes: 0,
    counts: countFlags(flags, count),
  };
  return encodeFrame(header, Bun.zstdCompressSync(body, { level: 1 })).slice();
}

function at(value: Each, sequence: number): number {
  return typeof value === "number" ? value : value(sequence);
}

export function lineText(sequence: number): string {
  return `line ${sequence}`;
}

export function makeHello(runId: string, claim?: number): Hello {
  const agent = { version: "0.0.0", host: "test", pid: 1 };
  return {
    type: "hello",
    protocol: 1,
    runId: runId.padEnd(8, "-"),
    startedAtUs: 1_000_000,
    agent,
    ...(claim === undefined ? {} : { claim }),
  };
}
