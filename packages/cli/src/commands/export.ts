import { closeSync, openSync } from "node:fs";
import { LineMatcher, requireTaskId } from "@keruta/client";
import { linesKept, type Source } from "@keruta/protocol";
import { connectTo, decompress, type ServerOptions } from "../connect.ts";
import { findAttempt } from "../find-attempt.ts";
import { JsonRenderer } from "../json-renderer.ts";
import type { LineRenderer } from "../line-renderer.ts";
import { Output } from "../output.ts";
import { PlainRenderer } from "../plain-renderer.ts";
import { printLog } from "../print-log.ts";
import { RawRenderer } from "../raw-renderer.ts";

export const exportFormats = ["txt", "ndjson", "raw"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions extends ServerOptions {
  readonly attempt?: number;
  readonly source?: readonly Source[];
  readonly format: ExportFormat;
  readonly output?: string;
}

function rendererFor({ format, source }: ExportOptions): LineRenderer {
  const choice = { matcher: new LineMatcher({ sources: source }), sinceUs: 0 };
  switch (format) {
    case "txt":
      return new PlainRenderer(choice);
    case "ndjson":
      return new JsonRenderer(choice);
    case "raw":
      // Without the agent's own lines it is what the script wrote, and nothing else.
      return new RawRenderer(new LineMatcher({ sources: source ?? ["stdout", "stderr"] }));
  }
}

/** Writes what is durable now, piece by piece. */
export async function exportLog(taskId: string, options: ExportOptions): Promise<number> {
  requireTaskId(taskId);
  const server = connectTo(options);
  const found = await findAttempt(server.api, taskId, options.attempt);
  const fd = options.output === undefined ? 1 : openSync(options.output, "w");
  try {
    if (found === undefined || linesKept(found) === 0) return 0;
    const how = { renderer: rendererFor(options), output: new Output(fd), through: found.head };
    await printLog({ ...server, taskId, decompress, attempt: found.attempt }, how);
  } finally {
    if (fd !== 1) closeSync(fd);
  }
  return 0;
}
