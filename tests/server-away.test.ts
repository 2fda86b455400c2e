import { expect } from "bun:test";
import { expectBytes } from "./harness/expect-log.ts";
import { bytesUnder } from "./harness/files.ts";
import { test } from "./harness/process-test.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

test("a server away for longer than memory holds: the spool grows on disk, the agent does not, nothing is lost", async () => {
  await using stage = await openStage();
  await stage.server.kill();
  // Random text, so that compression does not hide what the agent has to put somewhere.
  const command = ["sh", "-c", "head -c 60000000 /dev/urandom | base64; read -r _"];
  const agent = stage.execute({ task: "away", command, flags: ["--drain-timeout", "60"] });
  await waitFor("the spool to hold it", () => bytesUnder(agent.spoolDir) > 55_000_000, 60_000);
  expect(agent.memory().peakBytes).toBeLessThan(220 * 2 ** 20);
  await stage.server.start();
  agent.type("\n");
  expect((await agent.ended(90_000)).code).toBe(0);
  await expectBytes(await stage.stored("away", { keepLines: false }), "stdout", agent.stdoutPath);
  expect(bytesUnder(agent.spoolDir)).toBeLessThan(1_000_000);
});

test("a server that was never there when the script started is found later", async () => {
  await using stage = await openStage();
  await stage.server.kill();
  const agent = stage.execute({ task: "later", command: ["sh", "-c", "echo early; read -r _; echo late"] });
  await waitFor("the script to run without a server", () => agent.stdout() === "early\n");
  await stage.server.start();
  agent.type("\n");
  expect((await agent.ended()).code).toBe(0);
  expect((await stage.stored("later")).texts("stdout")).toEqual(["early", "late"]);
});
