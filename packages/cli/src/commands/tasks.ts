import { linesKept, type TaskRecord, type TaskStatus } from "@keruta/protocol";
import { connectTo, type ServerOptions } from "../connect.ts";
import { Output } from "../output.ts";
import { terminalText } from "../terminal-text.ts";

export interface TasksOptions extends ServerOptions {
  readonly status?: TaskStatus;
  readonly limit: number;
  readonly json?: boolean;
}

export async function tasks(options: TasksOptions): Promise<number> {
  const { status, limit } = options;
  const found = await connectTo(options).api.listTasks({
    limit,
    ...(status === undefined ? {} : { status }),
  });
  const text = options.json ? `${JSON.stringify(found, undefined, 2)}\n` : table(found);
  await new Output(1).write(Buffer.from(text));
  return 0;
}

function table(found: readonly TaskRecord[]): string {
  const rows = [["TASK", "STATUS", "ATTEMPT", "LINES", "STARTED", "EXIT"], ...found.map(row)];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows
    .map(
      (cells) =>
        `${cells
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** An id is the user's text: it must not move the cursor. */
function row({ id, status, latest, startedAt, exitCode }: TaskRecord): string[] {
  const number = (value: number | undefined) => (value === undefined ? "-" : String(value));
  return [
    terminalText(id, false),
    status,
    number(latest?.attempt),
    number(latest && linesKept(latest)),
    startedAt ?? "-",
    number(exitCode),
  ];
}
