import { type Counts, countsOf } from "./counts.ts";
import { failuresOf } from "./failures.ts";

/** A file that runs longer than this hangs: it is stopped, and counts as failed. */
const maxFileMs = 20 * 60_000;
/** One test that runs longer hangs. Far above what any needs, so that a slow machine fails none: nothing is timed here. */
const maxTestMs = 3 * 60_000;

export interface FileResult {
  readonly counts: Counts;
  /** What was said of each failed test. */
  readonly failures: readonly string[];
}

/**
 * Runs one test file in a process of its own, so that a crash costs the counts of that file only.
 * Its output is passed on as it comes (`live`), or in one piece at its end where files run side by side.
 */
export async function runFile(file: string, live: boolean): Promise<FileResult> {
  const child = Bun.spawn([process.execPath, "test", `--timeout=${maxTestMs}`, `./${file}`], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: maxFileMs,
    killSignal: "SIGKILL",
  });
  const output: string[] = [];
  const take = (text: string) => {
    output.push(text);
    if (live) process.stdout.write(text);
  };
  await Promise.all([pass(child.stdout, take), pass(child.stderr, take), child.exited]);
  if (!live) process.stdout.write(output.join(""));
  const counts = countsOf(output.join(""), child.exitCode ?? 1);
  return { counts, failures: counts.failed > 0 ? failuresOf(output.join("")) : [] };
}

async function pass(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const utf8 = new TextDecoder();
  for await (const bytes of stream) take(utf8.decode(bytes, { stream: true }));
}
