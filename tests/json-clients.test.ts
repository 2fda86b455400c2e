import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Line } from "@keruta/protocol";
import { type Browser, chromium, type Page } from "playwright-core";
import { type JsonMessage, JsonPeer } from "./harness/json-peer.ts";
import { test } from "./harness/process-test.ts";
import { Program } from "./harness/program.ts";
import { script } from "./harness/programs.ts";
import { pythonWith } from "./harness/python.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const client = (name: string) => join(import.meta.dir, "websocket-clients", name);
const wsUrl = (stage: Stage) => `${stage.server.url.replace("http", "ws")}/ws/tasks`;
const flowing = (lines: number) =>
  script("numbered-lines.ts", `--count=${lines}`, "--burst=10", "--pause-ms=5");

function openBrowser(): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  return chromium.launch({ executablePath: "/usr/bin/chromium", args });
}

interface Seen {
  readonly lines: string[];
  readonly messages: string[];
  pings: number;
  subscribed: number;
  readonly errors: string[];
}

/** What the client's script leaves on the page, and what this test does. */
interface DocumentedPage {
  readonly LogStreamingClient: new (
    task: string,
    options: object,
  ) => {
    on(event: string, callback: (message: { readonly message: string }) => void): void;
    connect(): void;
  };
  readonly lineText: (log: object) => string;
  seen: Seen;
}

/** Runs the documented client on a page of the server, unchanged. */
async function runClient(page: Page, url: string, task: string): Promise<void> {
  await page.evaluate(readFileSync(client("log-streaming-client.js"), "utf8"));
  await page.evaluate(
    ([url, task]) => {
      const page = globalThis as unknown as DocumentedPage;
      const seen: Seen = { lines: [], messages: [], pings: 0, subscribed: 0, errors: [] };
      page.seen = seen;
      const streaming = new page.LogStreamingClient(task, {
        url,
        reconnectInterval: 100,
        maxReconnectAttempts: 100,
      });
      streaming.on("log", (log) => {
        seen.lines.push(page.lineText(log));
        seen.messages.push(log.message);
      });
      streaming.on("ping", () => seen.pings++);
      streaming.on("subscribed", () => seen.subscribed++);
      streaming.on("error", (error) => seen.errors.push(JSON.stringify(error)));
      streaming.connect();
    },
    [url, task] as const,
  );
}

function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
}

test("the documented JavaScript client, in a browser: lines, pings, a restart of the server, no type it does not know", async () => {
  await using stage = await openStage();
  await using browser = await openBrowser();
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${stage.server.url}/health`);
  await runClient(page, wsUrl(stage), "documented");
  await waitFor("to be subscribed", async () => (await seen(page)).subscribed === 1);
  const agent = stage.execute({ task: "documented", command: flowing(200) });
  expect((await agent.ended()).code).toBe(0);
  await waitFor("all lines", async () => (await seen(page)).lines.length >= 200);
  const expected = (await stage.stored("documented")).texts();
  expect((await seen(page)).messages).toEqual(expected);
  expect((await seen(page)).lines[0]).toMatch(/^\[.+\] \[STDOUT\] \[INFO\] 1 /);
  await waitFor("a ping", async () => (await seen(page)).pings > 0, 60_000);

  await stage.server.stop();
  await stage.server.start();
  await waitFor("to be subscribed again", async () => (await seen(page)).subscribed >= 2);
  const again = stage.execute({ task: "documented", command: flowing(50) });
  expect((await again.ended()).code).toBe(0);
  await waitFor("the next attempt", async () => (await seen(page)).lines.length >= 250);
  const second = (await stage.stored("documented", { attempt: 2 })).texts();
  expect((await seen(page)).messages).toEqual([...expected, ...second]);
  expect((await seen(page)).errors).toEqual([]);
  expect(complaints.filter((text) => text.startsWith("Unknown message type"))).toEqual([]);
});

test("the three lines of the quick start, which say nothing, print the lines of the task", async () => {
  await using stage = await openStage();
  const dir = stage.directory("quick-start");
  await using quickStart = new Program(
    [process.execPath, client("quick-start.js"), `${wsUrl(stage)}/quick`],
    { dir },
  );
  // Whoever comes later and is told that it is subscribed has others before it that are, too.
  await waitFor("the connection", async () => (await connections(stage)) > 0);
  await using _later = await JsonPeer.viewer(stage.server.url, "quick");
  const agent = stage.execute({ task: "quick", command: ["sh", "-c", "echo one; echo two; echo three >&2"] });
  expect((await agent.ended()).code).toBe(0);
  await waitFor("three lines", () => quickStart.stdout().split("\n").length > 3);
  expect(quickStart.stdout().trim().split("\n").sort()).toEqual([
    "[stderr] three",
    "[stdout] one",
    "[stdout] two",
  ]);
});

async function connections(stage: Stage): Promise<number> {
  const metrics = await (await fetch(`${stage.server.url}/metrics`)).text();
  return Number(/^keruta_connections\{type="other"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

test("an agent and a viewer in Python: frames without a type, on the address that names no task", async () => {
  await using stage = await openStage();
  const python = pythonWith("websocket");
  const task = "from-python";
  const viewing = [python, client("log_viewer.py"), wsUrl(stage), task, "300"];
  await using viewer = new Program(viewing, { dir: stage.directory("viewer") });
  await waitFor("to be subscribed", () => viewer.stdout().startsWith("subscribed"));
  const sending = [python, client("streaming_agent.py"), wsUrl(stage), task, "900"];
  await using agent = new Program(sending, { dir: stage.directory("agent") });
  expect((await agent.ended()).code).toBe(0);
  expect((await viewer.ended()).code).toBe(0);
  const [, ...lines] = viewer.stdout().trim().split("\n");
  const messages = lines.map((line) => JSON.parse(line) as JsonMessage);
  expect(messages.map(({ message }) => message)).toEqual(
    Array.from({ length: 300 }, (_, index) => `message ${3 * (index + 1)}`),
  );
  expect(messages[0]).toMatchObject({
    taskId: task,
    source: "stderr",
    level: "WARN",
    metadata: { processId: 4711, originalLevel: "WARNING", originalLineNumber: 3, attempt: 1 },
  });
  const stored = await stage.storedSoFar(task);
  expect(stored.texts()).toEqual(Array.from({ length: 900 }, (_, index) => `message ${index + 1}`));
});

test("JSON and native viewers of one task, of native and JSON producers, see the same lines", async () => {
  await using stage = await openStage();
  const native = await stage.view("both");
  await using json = await JsonPeer.viewer(stage.server.url, "both", { events: ["end"] });
  const agent = stage.execute({ task: "both", command: flowing(1_000) });
  await using producer = await JsonPeer.open(stage.server.url, "/ws/agent");
  await waitFor("the first lines", () => native.log.next > 10);
  for (let number = 1; number <= 200; number++) {
    const log = { level: number % 2 === 0 ? "INFO" : "FATAL", message: `beside ${number}`, source: "stderr" };
    producer.send({ type: "log", taskId: "both", log: { ...log, metadata: { number } } });
    if (number % 20 === 0) await Bun.sleep(1);
  }
  expect((await agent.ended()).code).toBe(0);
  await native.ended();
  const lines = await json.lines(1_200);
  expect(native.log.faults).toEqual([]);
  expect(lines.map(stripped)).toEqual(native.log.lines().map(strippedLine));
  expect(lines.filter(({ source }) => source === "stderr").map(({ message }) => message)).toEqual(
    Array.from({ length: 200 }, (_, index) => `beside ${index + 1}`),
  );
});

function stripped({ sequence, source, level, message, timestamp, metadata }: JsonMessage) {
  const { attempt: _, continued, ...fields } = metadata as Record<string, unknown>;
  return { sequence, source, level, message, timestamp, continued: continued === true, fields };
}

function strippedLine({ sequence, source, level, text, timeUs, continued, fields = {} }: Line) {
  const timestamp = new Date(Math.floor(timeUs / 1_000)).toISOString();
  return { sequence, source, level, message: text, timestamp, continued, fields };
}
