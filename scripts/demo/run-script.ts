import { join } from "node:path";
import type { Children } from "./children.ts";

const root = join(import.meta.dir, "../..");
const agent = join(root, "packages/agent/src/main.ts");
const cli = join(root, "packages/cli/src/main.ts");
const script = join(import.meta.dir, "demo-script.sh");

export interface DemoRun {
  readonly url: string;
  readonly taskId: string;
  /** For the agent's spool and the copies of what the script wrote. */
  readonly workDir: string;
  readonly isFast: boolean;
}

/** Where the script copies what it writes. */
export function copyOf({ workDir }: DemoRun, source: "stdout" | "stderr"): string {
  return join(workDir, `script-${source}`);
}

/** Runs the script through the agent while `keruta logs -f` shows it here. Throws where either fails. */
export async function runScript(children: Children, run: DemoRun): Promise<void> {
  const { url, taskId, workDir, isFast } = run;
  const env = {
    DEMO_PACE: isFast ? "0" : "0.4",
    DEMO_STDOUT: copyOf(run, "stdout"),
    DEMO_STDERR: copyOf(run, "stderr"),
  };
  const follow = children.start([cli, "logs", taskId, "-f", "--api-url", url], {
    stdout: "inherit",
    stderr: "inherit",
  });
  const execute = [agent, "execute", "--task-id", taskId, "--api-url", url, "--work-dir", workDir];
  const executed = children.start([...execute, "--script", script], {
    stdout: "ignore",
    stderr: "pipe",
    env,
  });
  // The script's own stderr is in there too; it is shown only where the agent failed.
  const [said, agentExit, followExit] = await Promise.all([
    executed.stderr.text(),
    executed.exited,
    follow.exited,
  ]);
  if (children.stopped) return;
  if (agentExit !== 0) throw new Error(`the script ended with ${agentExit}: ${said}`);
  if (followExit !== 0) throw new Error(`cannot follow the log: keruta logs ended with ${followExit}`);
}

/** Throws unless every byte the script wrote is stored, in order, and nothing else. */
export async function checkStored(children: Children, run: DemoRun): Promise<number> {
  let bytes = 0;
  for (const source of ["stdout", "stderr"] as const) {
    const written = await Bun.file(copyOf(run, source)).bytes();
    const command = [cli, "export", run.taskId, "--format", "raw", "--source", source, "--api-url", run.url];
    const exported = children.start(command, { stdout: "pipe", stderr: "inherit" });
    const stored = await exported.stdout.bytes();
    if ((await exported.exited) !== 0 || !Buffer.from(stored).equals(written))
      throw new Error(
        `the store does not hold what the script wrote to ${source}: ${stored.length} of ${written.length} bytes`,
      );
    bytes += written.length;
  }
  return bytes;
}
