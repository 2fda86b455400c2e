import type { LogRecord } from "../../log-record.ts";

/** How a log is written into a file. */
export interface ExportFormat {
  readonly contentType: string;
  readonly head: string;
  /** Between two records. */
  readonly separator: string;
  readonly tail: string;
  record(record: LogRecord): string;
}

export const exportFormatNames = ["json", "csv", "txt"] as const;

export const exportFormats: Readonly<Record<(typeof exportFormatNames)[number], ExportFormat>> = {
  /** An array, a record a line. */
  json: {
    contentType: "application/json",
    head: "[",
    separator: ",\n",
    tail: "]\n",
    record: (record) => JSON.stringify(record),
  },
  /** RFC 4180. */
  csv: {
    contentType: "text/csv; charset=utf-8",
    head: "id,taskId,sequence,timestamp,source,level,lineNumber,message,metadata\r\n",
    separator: "",
    tail: "",
    record: csvRow,
  },
  /** A record a line. */
  txt: {
    contentType: "text/plain; charset=utf-8",
    head: "",
    separator: "",
    tail: "",
    record: ({ timestamp, source, level, message }) =>
      `[${timestamp}] [${source.toUpperCase()}] [${level}] ${message.replaceAll(/[\r\n]/g, escaped)}\n`,
  },
};

function csvRow({
  id,
  taskId,
  sequence,
  timestamp,
  source,
  level,
  lineNumber,
  message,
  metadata,
}: LogRecord): string {
  const texts = [quoted(message), quoted(JSON.stringify(metadata))].join();
  return `${id},${quoted(taskId)},${sequence},${timestamp},${source},${level},${lineNumber},${texts}\r\n`;
}

/** What spreadsheets take for a formula is made text by an apostrophe before it, as OWASP advises. */
function quoted(text: string): string {
  const harmless = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function escaped(lineEnd: string): string {
  return lineEnd === "\n" ? "\\n" : "\\r";
}
