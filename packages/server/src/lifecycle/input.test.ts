import { describe, expect, test } from "bun:test";
import { limits } from "@keruta/protocol";
import { alice, LifecycleStage, type StageAgent } from "../testing/lifecycle-stage.ts";
import { codeOf } from "../testing/store-cases.ts";

const stage = await LifecycleStage.open();
const { actions, store, lifecycle } = stage;

const send = (taskId: string, text: string, eof = false) =>
  actions.sendInput(taskId, { text, eof, by: "alice" });
const take = (agent: StageAgent, id: number, refused?: string) =>
  lifecycle.agentEvents.inputTaken(agent.key, id, refused);
const idsOf = (agent: StageAgent) => agent.orders.map((order) => (order.type === "input" ? order.id : 0));
const said = async (taskId: string) =>
  (await stage.lines(taskId)).map(({ level, text }) => `${level} ${text}`);

async function told(agent: StageAgent, count: number): Promise<number[]> {
  await stage.until(async () => agent.orders.length >= count);
  return idsOf(agent);
}

describe("input for a script", () => {
  test("waits for the agent, reaches it in order, and the log says who sent how much but not what", async () => {
    await actions.createTask("waits", {});
    await send("waits", "first\n");
    await send("waits", "密码\r\n");
    const agent = await stage.agent("waits", "run");
    expect(await told(agent, 2)).toEqual([1, 2]);
    await send("waits", "", true);
    expect(await told(agent, 3)).toEqual([1, 2, 3]);
    expect(agent.orders[0]).toEqual({ type: "input", id: 1, text: "first\n", eof: false, by: "alice" });
    for (const id of [1, 2, 3]) take(agent, id);
    await stage.until(async () => (await said("waits")).length === 3);
    expect(await said("waits")).toEqual([
      "INFO input from alice: 5 characters",
      "INFO input from alice: 2 characters",
      "INFO input from alice: the end of the input",
    ]);
    expect(await store.inputs("waits")).toEqual([]);
    expect(agent.known).toMatchObject({ head: 3, inserted: 3 });
  });

  test("is sent again after a reconnect until it is taken, and told of once", async () => {
    const agent = await stage.agent("again", "run");
    await send("again", "a");
    await send("again", "b");
    take(agent, 1);
    await stage.until(async () => (await said("again")).length === 1);
    stage.leave(agent);
    await send("again", "c");
    const back = await stage.agent("again", "run", agent.key.claim);
    expect(await told(back, 2)).toEqual([2, 3]);
    take(back, 1);
    take(back, 2);
    take(back, 2);
    take(back, 3);
    await stage.until(async () => (await store.inputs("again")).length === 0);
    await stage.until(async () => (await said("again")).length >= 3);
    expect(await said("again")).toEqual(["a", "b", "c"].map(() => "INFO input from alice: 1 character"));
  });

  test("that the script cannot take is told of, with who sent it", async () => {
    const agent = await stage.agent("refused", "run");
    await send("refused", "abc\n");
    take(agent, 1, "it has closed its standard input");
    await stage.until(async () => (await said("refused")).length === 1);
    expect(await said("refused")).toEqual([
      "WARN input from alice: 3 characters, did not reach the script: it has closed its standard input",
    ]);
  });

  test("goes out no faster than it is taken", async () => {
    await actions.createTask("much", {});
    const text = "x".repeat(limits.maxInputBytes);
    for (let count = 0; count < 20; count++) await send("much", text);
    const agent = await stage.agent("much", "run");
    await told(agent, 3);
    await send("much", "last");
    expect(agent.orders.length).toBeLessThan(5);
    for (let taken = 0; taken < 21; taken++) {
      const [id] = (await told(agent, taken + 1)).slice(taken);
      take(agent, id!);
    }
    expect(idsOf(agent)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
    await stage.until(async () => (await store.inputs("much")).length === 0);
  });

  test("sent by many at once arrives in ascending ids", async () => {
    const agent = await stage.agent("many", "run");
    await Promise.all(Array.from({ length: 50 }, (_, index) => send("many", `${index}`)));
    const ids = await told(agent, 50);
    expect(ids).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  test("is for the agent of the newest attempt", async () => {
    const older = await stage.agent("two", "one");
    const newer = await stage.agent("two", "two");
    await send("two", "x");
    expect(await told(newer, 1)).toEqual([1]);
    expect(older.orders).toEqual([]);
  });

  test("that nobody has taken when the script ends is not for the next one, and the log says so", async () => {
    const agent = await stage.agent("unread", "run");
    await send("unread", "a");
    await actions.sendInput("unread", { text: "b", eof: false, by: "bob" });
    const end = { type: "end", lastSequence: 0, state: "FAILED", endedAtUs: 5 } as const;
    const outcome = await store.end(agent.key, end);
    if (outcome.outcome === "ended") lifecycle.agentEvents.ended(outcome.attempt);
    await stage.until(async () => (await said("unread")).length === 2);
    expect(await said("unread")).toEqual(
      ["alice", "bob"].map(
        (name) => `WARN input from ${name}: 1 character, did not reach the script: it had ended`,
      ),
    );
    expect(await store.inputs("unread")).toEqual([]);
    expect(await codeOf(send("unread", "late"))).toBe("TASK_ALREADY_COMPLETED");
  });

  test("can be fetched by an agent that asks, once each", async () => {
    await actions.createTask("polled", {});
    await actions.setStatus(alice, "polled", { status: "PROCESSING" });
    await send("polled", "one\n");
    await send("polled", "two\n");
    const taken = await Promise.all([1, 2, 3].map(() => actions.takeInput("polled")));
    expect(taken.flatMap((input) => input?.text ?? []).sort()).toEqual(["one\n", "two\n"]);
    expect((await said("polled")).length).toBe(2);
  });

  test("has bounds", async () => {
    expect(await codeOf(send("unknown", "x"))).toBe("TASK_NOT_FOUND");
    await actions.createTask("bounds", {});
    expect(await codeOf(send("bounds", "あ".repeat(limits.maxInputBytes / 3 + 1)))).toBe("INVALID_INPUT");
    await Promise.all(Array.from({ length: limits.maxWaitingInputs }, () => send("bounds", "x")));
    expect(await codeOf(send("bounds", "x"))).toBe("RATE_LIMIT_EXCEEDED");
  });
});
