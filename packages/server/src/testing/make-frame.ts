import { countFlags, encodeColumns, encodeFrame, type Hello, lineFlags } from "@keruta/protocol";

export interface FrameOptions {
  readonly timeUs?: number;
  readonly level?: number;
  readonly source?: number;
  readonly text?: (sequence: number) => string;
  readonly fields?: readonly (readonly [number, Readonly<Record<string, unknown>>])[];
}

/** A chunk as an agent would make it: `count` lines from `first` on, in a buffer of its own. */
export function makeFrame(first: number, count: number, options: FrameOptions = {}): Uint8Array {
  const { timeUs = 1_000_000 + first, level = 1, source = 0, text = lineText, fields = [] } = options;
  const texts = Array.from({ length: count }, (_, index) => Buffer.from(text(first + index)));
  const flags = new Uint8Array(count).fill(lineFlags(source, level));
  for (const [index] of fields) flags[index]! |= 1 << 6;
  const all = Buffer.concat(texts.flatMap((bytes) => [bytes, Buffer.from("\n")]));
  const body = encodeColumns({
    lineCount: count,
    firstTimeUs: timeUs,
    timesUs: new Float64Array(count).fill(timeUs),
    textLengths: Uint32Array.from(texts, (bytes) => bytes.length),
    flags,
    text: all,
    fields,
  });
  const header = {
    firstSequence: first,
    lineCount: count,
    firstTimeUs: timeUs,
    lastTimeUs: timeUs,
    rawBytes: all.length,
    columnsBytes: body.length,
    invalidBytes: 0,
    counts: countFlags(flags, count),
  };
  return encodeFrame(header, Bun.zstdCompressSync(body, { level: 1 })).slice();
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
