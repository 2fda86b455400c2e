import { expect } from "bun:test";
import type { Agent } from "./harness/agent.ts";
import { expectBytes } from "./harness/expect-log.ts";
import { test } from "./harness/process-test.ts";
import type { ReceivedLog } from "./harness/received-log.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { TaskApi } from "./harness/task-api.ts";
import { waitFor } from "./harness/wait-for.ts";

/** Submitting is paced, and that is not what is looked at here. */
const unpaced = {
  KERUTA_RATE_LIMIT_LOGS: "10000000",
  KERUTA_RATE_LIMIT_REQUESTS: "1000000",
  KERUTA_RATE_LIMIT_BURST: "100000",
};

const sentinel = "submitted";

/** What one producer has submitted, and what it was told of it. */
class Submitter {
  readonly stored: string[] = [];
  /** Sent, with no answer: nobody knows whether they are stored. */
  readonly unanswered: string[] = [];
  #count = 0;

  constructor(
    private readonly api: TaskApi,
    private readonly name: string,
  ) {}

  /** Goes on, three lines at a time, until `isOver`. */
  async submitUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const messages = [1, 2, 3].map(() => `${sentinel} ${this.name} ${++this.#count}`);
      try {
        const { firstSequence, lastSequence } = await this.api.submit(messages);
        expect(lastSequence - firstSequence).toBe(2);
        this.stored.push(...messages);
      } catch {
        this.unanswered.push(...messages);
        await Bun.sleep(20);
      }
    }
  }

  /** Everything it was promised is there once, in its order; of the rest, each submission wholly or not at all. */
  expectIn(log: ReceivedLog): void {
    const own = log.texts("agent").filter((text) => text.startsWith(`${sentinel} ${this.name} `));
    const unknown = new Set(this.unanswered);
    expect(own.filter((text) => !unknown.has(text))).toEqual(this.stored);
    expect(new Set(own).size).toBe(own.length);
    const numbers = own.map((text) => Number(text.split(" ")[2]));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(own.length % 3).toBe(0);
  }
}

function streamAtFullSpeed(stage: Stage, task: string): Agent {
  return stage.execute({ task, command: ["seq", "-f", "line %.0f of many", "1", "2000000"] });
}

async function submitWhile(stage: Stage, agent: Agent, task: string): Promise<Submitter[]> {
  const api = new TaskApi(() => stage.server.url, task);
  const submitters = ["a", "b", "c", "d"].map((name) => new Submitter(api, name));
  await Promise.all(submitters.map((submitter) => submitter.submitUntil(() => !agent.isRunning)));
  return submitters;
}

test("lines submitted while an agent streams at full speed are there in order, and so is every byte of the script", async () => {
  await using stage = await openStage(unpaced);
  const follower = await stage.view("mixed");
  const agent = streamAtFullSpeed(stage, "mixed");
  await waitFor("first lines", () => follower.log.next > 1);
  const submitters = await submitWhile(stage, agent, "mixed");
  expect((await agent.ended()).code).toBe(0);
  const stored = await stage.stored("mixed");
  await waitFor("the follower to have all of it", () => follower.log.next === stored.next);
  for (const log of [follower.log, stored]) {
    await expectBytes(log, "stdout", agent.stdoutPath);
    for (const submitter of submitters) submitter.expectIn(log);
  }
  for (const { stored, unanswered } of submitters) {
    expect(stored.length).toBeGreaterThan(0);
    expect(unanswered).toEqual([]);
  }
});

test("a server killed under an agent and submissions loses nothing that it has answered for, and doubles nothing", async () => {
  await using stage = await openStage(unpaced);
  const follower = await stage.view("killed");
  const agent = streamAtFullSpeed(stage, "killed");
  const kills = async () => {
    for (const line of [100_000, 700_000, 1_300_000]) {
      await waitFor(`line ${line}`, () => follower.log.next > line);
      await stage.server.kill();
      await stage.server.start();
    }
  };
  await waitFor("first lines", () => follower.log.next > 1);
  const [submitters] = await Promise.all([submitWhile(stage, agent, "killed"), kills()]);
  expect((await agent.ended()).code).toBe(0);
  const stored = await stage.stored("killed");
  await waitFor("the follower to have all of it", () => follower.log.next === stored.next);
  for (const log of [follower.log, stored]) {
    await expectBytes(log, "stdout", agent.stdoutPath);
    for (const submitter of submitters) submitter.expectIn(log);
  }
  expect(submitters.some(({ unanswered }) => unanswered.length > 0)).toBe(true);
});

/** The agent has a standard input of its own here, which the script would get. */
const fedByServer = ["--stdin", "server"];

/** `keruta input` or `keruta cancel`, and nothing to complain of. */
async function order(stage: Stage, ...args: string[]): Promise<void> {
  expect(await stage.read(args).output()).toBe("");
}

async function waitsForInput(api: TaskApi): Promise<void> {
  await waitFor("the script to wait", async () => (await api.record()).status === "WAITING_FOR_INPUT");
}

test("a script that asks is answered from the command line, before and after a restart of the server", async () => {
  await using stage = await openStage();
  const api = new TaskApi(() => stage.server.url, "asks");
  const follower = await stage.view("asks");
  const asking = 'printf "name? "; read name; printf "sure? "; read sure; echo "$name is $sure"';
  const agent = stage.execute({ task: "asks", command: ["sh", "-c", asking], flags: fedByServer });
  await waitFor("the first question", () => agent.stdout() === "name? ");
  await waitsForInput(api);
  await order(stage, "input", "asks", "Bob");
  await waitFor("the second question", () => agent.stdout().endsWith("sure? "));
  await stage.server.kill();
  await stage.server.start();
  await waitsForInput(api);
  await order(stage, "input", "asks", "--no-newline", "very ");
  await order(stage, "input", "asks", "sure");
  expect((await agent.ended()).code).toBe(0);
  await follower.ended();
  expect(follower.log.texts("stdout")).toEqual(["name? sure? Bob is very sure"]);
  expect(follower.log.texts("agent")).toEqual(
    [3, 5, 4].map((count) => `input from anonymous: ${count} characters`),
  );
  expect(await api.record()).toMatchObject({ status: "COMPLETED", exitCode: 0 });
});

test("input reaches the script once and in order, however often its agent is cut off", async () => {
  await using stage = await openStage(unpaced);
  const proxy = await stage.proxy();
  const api = new TaskApi(() => stage.server.url, "reader");
  const reader = ["sh", "-c", 'while read line; do echo "got $line"; done; echo over'];
  const agent = stage.execute({ task: "reader", command: reader, apiUrl: proxy.url, flags: fedByServer });
  await waitFor("the agent", async () => (await api.ask("GET", "")).ok);
  const numbers = Array.from({ length: 200 }, (_, index) => `${index + 1}`);
  for (const number of numbers) {
    expect((await api.ask("POST", "/input", { input: number })).status).toBe(200);
    if (Number(number) % 20 === 0) proxy.cutAll();
  }
  await order(stage, "input", "reader", "", "--eof");
  expect((await agent.ended()).code).toBe(0);
  const log = await stage.stored("reader");
  expect(log.texts("stdout")).toEqual([...numbers.map((number) => `got ${number}`), "over"]);
  expect(log.texts("agent").filter((text) => text.startsWith("input from")).length).toBe(201);
});

test("a script is cancelled though its agent is away, as soon as it is back", async () => {
  await using stage = await openStage();
  const proxy = await stage.proxy();
  const api = new TaskApi(() => stage.server.url, "away");
  const agent = stage.execute({
    task: "away",
    command: ["sh", "-c", "echo started; exec sleep 100"],
    apiUrl: proxy.url,
  });
  await waitFor("the script to start", () => agent.stdout().includes("started"));
  await waitFor("the agent", async () => (await api.ask("GET", "")).ok);
  proxy.isRefusing = true;
  proxy.cutAll();
  await waitFor("it to be away", async () => (await api.record()).latest?.connected === false);
  await order(stage, "cancel", "away", "--reason", "wrong branch");
  await stage.server.kill();
  await stage.server.start();
  proxy.isRefusing = false;
  expect((await agent.ended()).code).toBe(143);
  const log = await stage.stored("away");
  const [asked, done] = log.texts("agent");
  expect(asked).toBe(
    "anonymous wants the script to be ended (wrong branch); its agent is away and is told when it comes back",
  );
  expect(done).toContain("cancelled by anonymous");
  expect(await api.record()).toMatchObject({ status: "CANCELLED", exitCode: 143 });
});
