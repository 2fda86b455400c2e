import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The built programs, in a directory and an environment that would take over a Bun program that heeded them. */
const root = join(import.meta.dir, "..");
const keruta = join(root, "dist/keruta");
const agent = join(root, "dist/keruta-agent");

let dir: string;
let trap: string;
let environment: Record<string, string>;

beforeAll(async () => {
  const built = Bun.spawn([process.execPath, join(root, "scripts/build.ts")], {
    stdout: "ignore",
    stderr: "pipe",
  });
  const errors = await built.stderr.text();
  if ((await built.exited) !== 0) throw new Error(errors);
  dir = mkdtempSync(join(tmpdir(), "keruta-hostile-"));
  trap = join(dir, "trapped");
  const evil = join(dir, "evil.ts");
  writeFileSync(evil, `require("node:fs").writeFileSync(${JSON.stringify(trap)}, "");`);
  writeFileSync(join(dir, ".env"), "KERUTA_API_URL=http://127.0.0.1:1\n");
  writeFileSync(join(dir, "bunfig.toml"), 'preload = ["./evil.ts"]\n');
  writeFileSync(join(dir, "package.json"), "{ this is not JSON");
  writeFileSync(join(dir, "tsconfig.json"), "{ neither is this");
  environment = {
    PATH: "/nonexistent",
    BUN_OPTIONS: `--preload=${evil}`,
    BUN_BE_BUN: "1",
    BUN_INSPECT: "ws://127.0.0.1:0/door",
    BUN_INSPECT_PRELOAD: evil,
    BUN_CONFIG_VERBOSE_FETCH: "curl",
  };
}, 120_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function run(command: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = Bun.spawn(command, { cwd: dir, env: environment, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, stdout, stderr };
}

test("both programs are themselves, whatever lies around them", async () => {
  for (const program of [keruta, agent])
    expect(await run([program, "--version"])).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
  expect(existsSync(trap)).toBe(false);
});

test("the server in the executable serves the panel, takes a log from the agent in the other, and the CLI reads it", async () => {
  const serve = [keruta, "serve", "--port", "0", "--data", join(dir, "data")];
  const server = Bun.spawn(serve, { cwd: dir, env: environment, stdout: "ignore", stderr: "pipe" });
  const reader = server.stderr.getReader();
  let said = "";
  while (!said.includes("in a browser")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the server ended: ${said}`);
    said += new TextDecoder().decode(value);
  }
  const url = /open (http:\S+)/.exec(said)![1]!;
  try {
    const page = await (await fetch(url)).text();
    const assets = [...page.matchAll(/\/assets\/[^"]+/g)].map(([path]) => path);
    expect(assets.length).toBeGreaterThan(1);
    for (const path of assets) {
      const answer = await fetch(url + path);
      expect(answer.headers.get("cache-control")).toContain("immutable");
      expect(await answer.bytes()).toEqual(await Bun.file(join(root, "dist/panel", path)).bytes());
    }
    const script = 'echo "$BUN_OPTIONS|$BUN_BE_BUN"';
    const executed = await run([
      agent,
      "execute",
      "--task-id",
      "t",
      "--api-url",
      url,
      "--",
      "/bin/sh",
      "-c",
      script,
    ]);
    expect(executed).toEqual({ code: 0, stdout: `${environment["BUN_OPTIONS"]}|1\n`, stderr: "" });
    expect(await run([keruta, "logs", "t", "--api-url", url])).toEqual({ ...executed });
  } finally {
    server.kill("SIGTERM");
  }
  expect(await server.exited).toBe(0);
  expect(existsSync(trap)).toBe(false);
}, 30_000);
