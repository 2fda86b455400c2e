import { expect } from "bun:test";
import { JsonPeer } from "./harness/json-peer.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

/** Each is answered by an error and changes nothing. */
const hostile: readonly string[] = [
  "",
  "\u0000",
  "{",
  "null",
  `"${"x".repeat(100_000)}"`,
  nested(100_000),
  '{"type":"__proto__"}',
  '{"type":"constructor"}',
  '{"type":"toString"}',
  '{"type":"subscribe","options":[]}',
  '{"type":"subscribe","options":{"tail":1e300}}',
  '{"type":"subscribe","options":{"afterSequence":-1}}',
  '{"type":"subscribe","options":{"events":["everything"]}}',
  '{"type":"subscribe","taskId":{"$ne":null}}',
  '{"type":"log","level":"INFO","message":{"toString":1}}',
  '{"type":"log","level":["INFO"],"message":"a"}',
  `{"type":"log","level":"INFO","message":"a","metadata":${nested(40)}}`,
  '{"type":"log","level":"INFO","message":"a","timestamp":"the day after"}',
  '{"type":"logs","logs":{"length":1000000000}}',
  '{"type":"logs","runId":"","firstSeq":1,"logs":[{"level":"INFO","message":"a"}]}',
  '{"type":"status","status":"COMPLETED","progress":1e9}',
  '{"type":"input","input":7}',
];

test("whatever a peer sends disturbs nobody else, and ends at most its own connection", async () => {
  await using stage = await openStage();
  const watching = await JsonPeer.viewer(stage.server.url, "shared");
  const agent = stage.execute({
    task: "shared",
    command: script("numbered-lines.ts", "--count=2000", "--burst=10", "--pause-ms=5"),
  });
  await watching.lines(10);
  await using attacker = await JsonPeer.open(stage.server.url, "/ws/tasks/shared");
  for (const text of hostile) attacker.send(text);
  attacker.socket.send(new Uint8Array(1_000));
  await waitFor("every answer", () => attacker.all("error").length > hostile.length);
  expect(attacker.all("error").length).toBe(hostile.length + 1);

  for (let subscription = 0; subscription < 300; subscription++)
    attacker.send({ type: "subscribe", options: { afterSequence: 0, attempt: 1 } });
  for (let frame = 0; frame < 20_000; frame++) attacker.send("nonsense");
  const tooLarge = await JsonPeer.open(stage.server.url, "/ws/tasks/shared");
  tooLarge.send(`{"type":"log","level":"INFO","message":"${"x".repeat(2_000_000)}"}`);
  expect(await tooLarge.closed()).not.toBe(1000);
  const many = await JsonPeer.open(stage.server.url, "/ws/tasks");
  for (let task = 0; task < 150; task++) many.send({ type: "subscribe", taskId: `made-up-${task}` });
  await many.got("error", ({ code }) => code === "INVALID_INPUT");
  expect(many.all("subscribed").length).toBeLessThanOrEqual(100);

  expect((await agent.ended()).code).toBe(0);
  const lines = await watching.lines(2_000);
  expect(lines.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 2_000 }, (_, index) => index + 1),
  );
  expect(watching.all("error")).toEqual([]);
  expect((await stage.stored("shared")).texts().length).toBe(2_000);
});
