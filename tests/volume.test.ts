import { expect } from "bun:test";
import { expectBytes, expectSameFiles } from "./harness/expect-log.ts";
import { test } from "./harness/process-test.ts";
import { openStage, type Stage } from "./harness/stage.ts";

/** Runs a shell command twice: once into a file, once through everything, and compares every byte. */
async function expectUnchanged(stage: Stage, task: string, command: string): Promise<void> {
  const original = `${stage.directory("original")}/stdout`;
  await Bun.spawn(["sh", "-c", command], { stdout: Bun.file(original) }).exited;
  const agent = stage.execute({ task, command: ["sh", "-c", command] });
  expect((await agent.ended(120_000)).code).toBe(0);
  await expectSameFiles(agent.stdoutPath, original);
  await expectBytes(await stage.stored(task, { keepLines: false }), "stdout", original);
  const exported = stage.read(["export", task, "--format", "raw"]);
  expect((await exported.ended()).code).toBe(0);
  await expectSameFiles(exported.stdoutPath, original);
}

const cases: [what: string, command: string][] = [
  ["nothing at all", "exit 0"],
  ["no newline at the end", "printf 'one\\ntwo'"],
  [
    "carriage returns, empty lines, NUL and escape bytes",
    "printf '\\r\\n\\n\\na\\r\\nb\\rc\\n\\0\\n\\033[31mred\\n\\r'",
  ],
  ["a line of 300,000 characters", "head -c 300000 /dev/zero | tr '\\0' x; echo"],
  ["a line of 20 MB", "seq -s ' ' 1 3000000 | head -c 20000000; echo; echo after"],
  ["seq 0 1000000", "seq 0 1000000"],
  ["100 MB", "seq -f 'line %.0f of a large log, with a little text in it' 1 2000000 | head -c 100000000"],
];

for (const [what, command] of cases)
  test(`${what}: stored, mirrored and exported byte for byte`, async () => {
    await using stage = await openStage();
    await expectUnchanged(stage, "volume", command);
  });
