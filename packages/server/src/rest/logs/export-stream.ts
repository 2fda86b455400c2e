import { lastSequence } from "@keruta/protocol";
import { logRecord } from "../../log-record.ts";
import type { StoredAttempt } from "../../store/log-store.ts";
import type { ExportFormat } from "./export-formats.ts";
import type { LineFilter } from "./line-filter.ts";
import type { LogParts } from "./log-parts.ts";
import { matchingLines } from "./matching-lines.ts";
import { measuredUnits } from "./measured-units.ts";
import { readBlocks } from "./read-blocks.ts";

/** Text handed on at a time. With one read of the store, all that an export holds, however long the log is. */
const pieceLength = 64 * 1024;
const readBytes = 256 * 1024;
/** Garbage is collected each time so much text was handed on: what the collector waits for is several times what an export needs. */
const collectEveryLength = 8 * 1024 * 1024;

/**
 * The attempts' matching lines up to now, as bytes of a file, made as fast as they are taken. Where that fails, `failed` is told
 * why and the stream breaks off.
 */
export function exportStream(
  parts: LogParts,
  attempts: readonly StoredAttempt[],
  filter: LineFilter,
  format: ExportFormat,
  failed: (cause: unknown) => void,
): ReadableStream<Uint8Array> {
  const pieces = piecesOf(recordsOf(parts, attempts, filter, format), format);
  const encoder = new TextEncoder();
  const collect = collector();
  return new ReadableStream(
    {
      async pull(controller) {
        // Whatever else this thread has to do comes first: an export is in no hurry.
        await new Promise<void>((resolve) => setImmediate(resolve));
        try {
          const { done, value } = await pieces.next();
          if (done) return controller.close();
          controller.enqueue(encoder.encode(value));
          collect(value.length);
        } catch (cause) {
          failed(cause);
          // With the cause, Bun would print it along with our own code.
          controller.error();
        }
      },
      cancel: async () => {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Told of what was handed on. */
function collector(): (length: number) => void {
  let sinceCollection = 0;
  return (length) => {
    sinceCollection += length;
    if (sinceCollection < collectEveryLength) return;
    sinceCollection = 0;
    Bun.gc(true);
  };
}

async function* piecesOf(
  records: AsyncIterable<string[]>,
  format: ExportFormat,
): AsyncGenerator<string, void> {
  let text = format.head;
  let separator = "";
  for await (const some of records) {
    text += separator + some.join(format.separator);
    separator = format.separator;
    yield text;
    text = "";
  }
  yield text + format.tail;
}

/** About a piece at a time, so that not every line costs a turn of the event loop. */
async function* recordsOf(
  parts: LogParts,
  attempts: readonly StoredAttempt[],
  filter: LineFilter,
  format: ExportFormat,
): AsyncGenerator<string[]> {
  let records: string[] = [];
  let length = 0;
  for (const attempt of attempts)
    for await (const run of runsOf(parts, attempt, filter)) {
      const progress = { counted: [...run.before], skip: 0 };
      for await (const part of readBlocks(parts.store, attempt, run.first, run.last, readBytes))
        for (const { line, lineNumber } of matchingLines(part, filter, progress)) {
          const text = format.record(logRecord(line, attempt.taskId, attempt.attempt, lineNumber));
          records.push(text);
          length += text.length;
          if (length < pieceLength) continue;
          yield records;
          records = [];
          length = 0;
        }
    }
  if (records.length > 0) yield records;
}

interface Run {
  readonly first: number;
  last: number;
  readonly before: readonly number[];
}

/** Units that may hold matching lines, those that follow each other as one. */
async function* runsOf(parts: LogParts, attempt: StoredAttempt, filter: LineFilter): AsyncGenerator<Run> {
  const index = await parts.indexes.of(attempt);
  let run: Run | undefined;
  for (const { header, matching, before } of index === undefined ? [] : measuredUnits(index, filter)) {
    if (matching === 0) continue;
    if (run?.last === header.firstSequence - 1) run.last = lastSequence(header);
    else {
      if (run !== undefined) yield run;
      run = { first: header.firstSequence, last: lastSequence(header), before };
    }
  }
  if (run !== undefined) yield run;
}
