import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runner = join(import.meta.dir, "test.ts");

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "keruta-runner-"));
});
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
type Files = Readonly<Record<string, string>>;

/** Runs the runner in a project of these test files. */
async function start(files: Files, pattern: string): Promise<{ output: string; exitCode: number }> {
  const folder = join(root, String(folders++));
  mkdirSync(join(folder, "packages/a/src"), { recursive: true });
  for (const [name, body] of Object.entries(files)) {
    const text = `import { expect, test } from "bun:test";\n${body}`;
    writeFileSync(join(folder, "packages/a/src", `${name}.test.ts`), text);
  }
  const child = Bun.spawn([process.execPath, runner, pattern], {
    cwd: folder,
    stdout: "pipe",
    stderr: "inherit",
  });
  return { output: await child.stdout.text(), exitCode: await child.exited };
}

/** The run's last line and its exit code. */
async function run(files: Files, pattern: string): Promise<[string | undefined, number]> {
  const { output, exitCode } = await start(files, pattern);
  return [output.trimEnd().split("\n").at(-1), exitCode];
}

async function outputOf(files: Files, pattern: string): Promise<string> {
  return (await start(files, pattern)).output;
}

const twoPass = 'test("a", () => {}); test("b", () => {});';

test("sums what passed over all files", async () => {
  expect(await run({ x: twoPass, y: twoPass, z: twoPass }, "packages")).toEqual(["6 passed, 0 failed", 0]);
});

test("a failed test fails the run", async () => {
  const files = { x: twoPass, y: `${twoPass} test("c", () => expect(1).toBe(2));` };
  expect(await run(files, "packages")).toEqual(["4 passed, 1 failed", 1]);
});

test("what failed is told again at the end", async () => {
  const files = { x: 'test("c", () => expect(1).toBe(2));', y: twoPass };
  const output = await outputOf(files, "packages");
  expect(output).toMatch(
    /FAILED packages\/a\/src\/x\.test\.ts\n[\s\S]*\(fail\) c[\s\S]*\n2 passed, 1 failed\n$/,
  );
});

test("a skipped test is told", async () => {
  const files = { x: `${twoPass} test.skip("c", () => {});` };
  expect(await run(files, "packages")).toEqual(["2 passed, 0 failed, 1 skipped", 0]);
});

test("a file that crashes loses its own counts only", async () => {
  const files = { x: 'test("a", () => process.kill(process.pid, "SIGSEGV"));', y: twoPass };
  expect(await run(files, "packages")).toEqual(["2 passed, 1 failed", 1]);
});

test("a file that ends the process with success in the middle has failed", async () => {
  const files = {
    x: 'test("a", () => {}); test("b", () => process.exit(0)); test("c", () => {});',
    y: twoPass,
  };
  expect(await run(files, "packages")).toEqual(["2 passed, 1 failed", 1]);
});

test("a file that does not load has failed", async () => {
  expect(await run({ x: `import "./gone.ts";\n${twoPass}`, y: twoPass }, "packages")).toEqual([
    "2 passed, 1 failed",
    1,
  ]);
});

test("a part can be run alone, and nothing is not a success", async () => {
  const files = { x: twoPass, y: twoPass };
  expect(await run(files, "src/x.test")).toEqual(["2 passed, 0 failed", 0]);
  expect(await run(files, "nowhere")).toEqual(["0 passed, 0 failed", 1]);
});
