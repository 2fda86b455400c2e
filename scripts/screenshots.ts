/**
 * Takes the pictures of the panel that the README shows, from a real server with a real agent:
 * `bun scripts/screenshots.ts`. Needs Chromium at /usr/bin/chromium.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContextOptions, chromium } from "playwright-core";

const root = join(import.meta.dir, "..");
const folder = join(root, "docs/screenshots");
const port = 28_641;
const url = `http://127.0.0.1:${port}`;
const program = (name: string) => [process.execPath, join(root, `packages/${name}/src/main.ts`)];

const pictures: readonly [name: string, path: string, options: BrowserContextOptions][] = [
  ["panel-dark", "/tasks/nightly-etl", { colorScheme: "dark", locale: "en" }],
  ["panel-light-ja", "/tasks/nightly-etl", { colorScheme: "light", locale: "ja" }],
  ["tasks-dark-ja", "/", { colorScheme: "dark", locale: "ja" }],
  ["tasks-light", "/", { colorScheme: "light", locale: "en" }],
];

const dir = mkdtempSync(join(tmpdir(), "keruta-screenshots-"));
const running: Bun.Subprocess[] = [];
try {
  const address = ["--host", "127.0.0.1", "--port", String(port), "--data", join(dir, "data")];
  start([...program("cli"), "serve", ...address]);
  await until("the server answers", () => fetch(`${url}/health`).then((answer) => answer.ok));
  await run("db-backup", "seq 48210; echo backup complete");
  await run("image-build", "echo building; echo 'ERROR: no space left on device' >&2; exit 1");
  await run("image-build", "echo building; kill -SEGV $$");
  await run("売上集計", "seq 318");
  await run("reindex", "seq 1204000");
  start(agent("nightly-etl", await Bun.file(join(folder, "nightly-etl.sh")).text()));
  await until("the prompt", async () => (await headOf("nightly-etl")) > 90);
  await takePictures();
} finally {
  for (const child of running) child.kill("SIGKILL");
  await Promise.all(running.map((child) => child.exited));
  rmSync(dir, { recursive: true, force: true });
}

async function takePictures(): Promise<void> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
  for (const [name, path, options] of pictures) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
    await page.goto(`${url}${path}`);
    const wanted =
      path === "/" ? ["[data-task]"] : ["[data-status=WAITING_FOR_INPUT]", "[data-connection=live]"];
    for (const part of wanted) await page.locator(part).first().waitFor();
    await page.screenshot({ path: join(folder, `${name}.png`) });
    console.log(`docs/screenshots/${name}.png`);
  }
  await browser.close();
}

function agent(task: string, script: string): string[] {
  const place = ["--api-url", url, "--spool-dir", join(dir, "spool")];
  return [...program("agent"), "execute", "--task-id", task, ...place, "--", "bash", "-c", script];
}

async function run(task: string, script: string): Promise<void> {
  await start(agent(task, script)).exited;
}

function start(command: string[]): Bun.Subprocess {
  const child = Bun.spawn(command, { cwd: dir, stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  running.push(child);
  return child;
}

async function headOf(task: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/tasks/${task}`);
  const record = (await answer.json()) as { latest?: { head: number } };
  return record.latest?.head ?? 0;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await isSo().catch(() => false)) return;
    await Bun.sleep(50);
  }
  throw new Error(`waited in vain until ${what}`);
}
