import { LineFlag, levelOf, sourceOf } from "@keruta/protocol";
import { isoTime } from "../iso-time.ts";
import type { DecodedUnit } from "./decoded-units.ts";
import type { LineSelection } from "./line-selection.ts";

/** Whose lines they are. */
export interface LineOwner {
  readonly taskId: string;
  readonly attempt: number;
}

/** Sequences, both included. */
export interface LineRange {
  readonly next: number;
  readonly last: number;
}

/** Messages for consecutive lines, each one JSON object. */
export interface Slice {
  readonly messages: readonly string[];
  /** Of all messages together. */
  readonly length: number;
  /** The line behind the last one looked at. */
  readonly next: number;
}

/** A slice is closed when its messages have this length together: what is made at a time for a viewer that may take it. */
const sliceLength = 64 * 1024;

/**
 * The `log` messages of the first lines of the range, all of which the unit holds. The text is put together by hand, which is several times as fast as building the
 * `LogRecord` of each line; both say the same.
 */
export function sliceOf(
  unit: DecodedUnit,
  owner: LineOwner,
  { next, last }: LineRange,
  selection: LineSelection,
): Slice {
  const { block } = unit;
  const { firstSequence } = block.header;
  const lineMessage = lineMessages(unit, owner);
  const messages: string[] = [];
  let length = 0;
  let index = next - firstSequence;
  for (; index <= last - firstSequence && length < sliceLength; index++) {
    if (!selection.has(block.flags[index]!)) continue;
    const message = lineMessage(index);
    length += message.length;
    messages.push(message);
  }
  return { messages, length, next: firstSequence + index };
}

function lineMessages({ block, text, fields }: DecodedUnit, { taskId, attempt }: LineOwner) {
  const begin = `{"type":"log","id":"${attempt}-`;
  const afterId = `","taskId":${JSON.stringify(taskId)},"timestamp":"`;
  const plain = `"metadata":{"attempt":${attempt}}}`;
  const timestamp = timestamps();
  return (index: number) => {
    const flags = block.flags[index]!;
    const sequence = block.header.firstSequence + index;
    const message = JSON.stringify(text.toString("utf8", block.textStart(index), block.textEnd(index)));
    const continued = (flags & LineFlag.continued) !== 0;
    const isPlain = !continued && (flags & LineFlag.fields) === 0;
    const end = isPlain ? plain : `"metadata":${metadata(fields.get(index), attempt, continued)}}`;
    const time = timestamp(block.timeUs(index));
    return `${begin}${sequence}${afterId}${time}","source":"${sourceOf(flags)}","level":"${levelOf(flags)}","message":${message},"sequence":${sequence},${end}`;
  };
}

function metadata(
  fields: Readonly<Record<string, unknown>> | undefined,
  attempt: number,
  continued: boolean,
): string {
  return JSON.stringify({ ...fields, attempt, ...(continued ? { continued } : {}) });
}

/** Lines come many to a millisecond, and writing a time takes longer than the rest of a short line. */
function timestamps(): (us: number) => string {
  let lastMs = -1;
  let text = "";
  return (us) => {
    const ms = Math.floor(us / 1_000);
    if (ms !== lastMs) text = isoTime(us);
    lastMs = ms;
    return text;
  };
}
