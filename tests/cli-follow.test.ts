import { expect } from "bun:test";
import { compareNumbered } from "./harness/expect-log.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

test("keruta logs -f goes on across server restarts without a gap or a repeat, and ends with the attempt", async () => {
  await using stage = await openStage();
  const agent = stage.execute({
    task: "follow",
    command: script("numbered-lines.ts", "--count=2000", "--burst=10", "--pause-ms=5", "--exit=3"),
  });
  await waitFor("the task", async () => (await fetch(`${stage.server.url}/api/v1/tasks/follow`)).ok);
  const follow = stage.read(["logs", "follow", "-f", "--exit-code"]);
  for (const line of [200, 700]) {
    await waitFor(`line ${line}`, () => follow.stdout().includes(`\n${line} `));
    await stage.server.kill();
    await stage.server.start();
  }
  expect((await agent.ended()).code).toBe(3);
  expect((await follow.ended()).code).toBe(3);
  const texts = follow.stdout().trimEnd().split("\n");
  expect(compareNumbered(texts, 1, 2000)).toEqual(compareNumbered([], 1, 0));
  expect(texts.length).toBe(2000);
});
