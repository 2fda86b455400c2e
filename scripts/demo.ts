import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Children } from "./demo/children.ts";
import { freeDemoPort, startDemoServer } from "./demo/demo-server.ts";
import { checkStored, type DemoRun, runScript } from "./demo/run-script.ts";

/**
 * `npm run demo`: a server on loopback, a script that prints a little of everything through the real
 * agent, and its log in the terminal; the server stays up until Ctrl-C, its data in `keruta-data`.
 *
 * `npm run demo -- --once`: the script as fast as it goes, data in a temporary folder; ends with 0
 * only if every byte the script wrote is in the store.
 */
const root = join(import.meta.dir, "..");
const once = process.argv.includes("--once");
const children = new Children();
const workDir = mkdtempSync(join(tmpdir(), "keruta-demo-"));

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void children.stop());
try {
  await demo();
} catch (error) {
  if (!children.stopped) {
    console.error(`demo: ${(error as Error).message}`);
    process.exitCode = 1;
  }
} finally {
  if (process.exitCode !== undefined || once) void children.stop();
  await children.allEnded();
  rmSync(workDir, { recursive: true, force: true });
}

async function demo(): Promise<void> {
  const dataDir = once ? join(workDir, "data") : join(root, "keruta-data");
  const url = await startDemoServer(children, once ? 0 : freeDemoPort(), dataDir);
  const run: DemoRun = { url, taskId: `demo-${timeOfDay()}`, workDir, isFast: once };
  const page = `${url}/tasks/${run.taskId}`;
  console.log(`Watch it in a browser: ${page}\n`);
  await runScript(children, run);
  if (children.stopped) return;
  const bytes = await checkStored(children, run);
  console.log(`\nThe script has ended, and all ${bytes.toLocaleString("en")} bytes it wrote are stored.`);
  if (!once) console.log(`The server stays up until Ctrl-C: ${page}`);
}

/** Each run is a task of its own: `20260131-120000`. */
function timeOfDay(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}
