import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const dist = resolve(import.meta.dir, "../dist");

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "keruta-bench-"));
}

export interface Started {
  readonly process: Bun.Subprocess;
  readonly url: string;
}

/** The built server on a free loopback port, with its data in `dataDir`. */
export async function startServer(dataDir: string): Promise<Started> {
  const port = await freePort();
  const server = Bun.spawn([join(dist, "keruta"), "serve", "--port", String(port), "--data", dataDir], {
    stdout: "ignore",
    stderr: "ignore",
  });
  // A benchmark that fails must not leave its server behind.
  process.on("exit", () => server.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 10_000;
  while (
    !(await fetch(`${url}/health`).then(
      (r) => r.ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) throw new Error(`cannot start the server at ${url}: no answer in 10 s`);
    await Bun.sleep(20);
  }
  return { process: server, url };
}

export async function stop(process: Bun.Subprocess): Promise<void> {
  process.kill("SIGTERM");
  await process.exited;
}

/** The built agent around `command`, with variables beside our own; its mirror goes nowhere. */
export function startAgent(
  url: string,
  taskId: string,
  workDir: string,
  command: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Bun.Subprocess {
  return Bun.spawn(
    [
      join(dist, "keruta-agent"),
      "execute",
      "--task-id",
      taskId,
      "--api-url",
      url,
      "--work-dir",
      workDir,
      "--",
      ...command,
    ],
    { stdout: "ignore", stderr: "inherit", env: { ...process.env, ...variables } },
  );
}

/** Peak and present resident memory in MiB, from /proc. */
export function residentMiB(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => {
    const found = new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1];
    if (found === undefined) throw new Error(`process ${pid} has ended`);
    return Number(found) / 1024;
  };
  return { now: field("VmRSS"), peak: field("VmHWM") };
}

/** User and system CPU seconds a process has used so far, threads included. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Samples `read` until `done` settles; the last value read before the process went away. */
export async function lastReading<T>(done: Promise<unknown>, read: () => T): Promise<T | undefined> {
  let ended = false;
  void done.finally(() => {
    ended = true;
  });
  let value: T | undefined;
  while (!ended) {
    try {
      value = read();
    } catch {
      break;
    }
    await Bun.sleep(10);
  }
  return value;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("cannot find a free port");
  return address.port;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest-rank percentile. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)] ?? Number.NaN;
}
