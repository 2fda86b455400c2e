import { expect } from "bun:test";
import { expectNumbered } from "./harness/expect-log.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage } from "./harness/stage.ts";

test("2,000 lines in one burst and an exit at once: all stored, in order, ten times of ten", async () => {
  await using stage = await openStage();
  for (let seed = 1; seed <= 10; seed++) {
    const task = `burst-${seed}`;
    const agent = stage.execute({
      task,
      command: script("numbered-lines.ts", "--count=2000", "--burst=2000", `--seed=${seed}`),
    });
    expect((await agent.ended()).code).toBe(0);
    expectNumbered(await stage.stored(task), seed, 2000);
  }
});
