import type { Level, Line, Source } from "@keruta/protocol";
import { isoTime } from "./iso-time.ts";

/** A line as REST and JSON messages show it. */
export interface LogRecord {
  /** `<attempt>-<sequence>`. */
  readonly id: string;
  readonly taskId: string;
  readonly timestamp: string;
  readonly source: Source;
  readonly level: Level;
  readonly message: string;
  /** 1, 2, … within the attempt's lines of the same source. Absent where counting would cost more than it is worth. */
  readonly lineNumber?: number;
  /** 1, 2, … within the attempt. */
  readonly sequence: number;
  /** The line's own fields, and `attempt`, and `continued` where the next line of the source is the rest of this one. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function logRecord(line: Line, taskId: string, attempt: number, lineNumber?: number): LogRecord {
  return {
    id: `${attempt}-${line.sequence}`,
    taskId,
    timestamp: isoTime(line.timeUs),
    source: line.source,
    level: line.level,
    message: line.text,
    ...(lineNumber === undefined ? {} : { lineNumber }),
    sequence: line.sequence,
    metadata: { ...line.fields, attempt, ...(line.continued ? { continued: true } : {}) },
  };
}
