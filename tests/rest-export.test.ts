import { expect } from "bun:test";
import { frameOf } from "./harness/frames.ts";
import { test } from "./harness/process-test.ts";
import { openStage, type Stage } from "./harness/stage.ts";

const lineCount = 1_500_000;
const chunkLines = 10_000;
/** 100 MB of text in all, which is 400 MB of JSON. */
const textOf = (number: number) =>
  `line ${number} of a large log, with a little text in it, and a little more`;

/** What the server's memory may grow by, from before an export to any moment of it. */
const allowanceBytes = 48 * 1024 * 1024;

/** Sends the log, a chunk at a time; answers with where it is. */
async function logOf(stage: Stage, task: string): Promise<string> {
  const producer = await stage.produce(task);
  await producer.welcomed();
  for (let first = 1; first <= lineCount; first += chunkLines) {
    const texts = Array.from({ length: chunkLines }, (_, i) => textOf(first + i));
    await producer.send(frameOf(texts, first));
    await producer.acknowledgedThrough(first + chunkLines - 1);
  }
  await producer.end(lineCount);
  return `${stage.server.url}/api/v1/tasks/${task}/logs`;
}

/** Hands over every line, waits between parts where asked to, and answers with the most memory the server had. */
async function take(
  stage: Stage,
  url: string,
  onLine: (line: string) => void,
  pause: () => Promise<void> = async () => {},
): Promise<number> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  let peakBytes = 0;
  let text = "";
  const decoder = new TextDecoder();
  for await (const part of answer.body!) {
    const lines = (text + decoder.decode(part, { stream: true })).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    peakBytes = Math.max(peakBytes, stage.server.program.memory().residentBytes);
    await pause();
  }
  if (text !== "") onLine(text);
  return peakBytes;
}

test("a log of 100 MB is exported whole, in memory that does not grow with it", async () => {
  await using stage = await openStage();
  const logs = await logOf(stage, "large");
  const beforeBytes = stage.server.program.memory().residentBytes;

  let next = 1;
  const jsonPeak = await take(stage, `${logs}/export?format=json`, (line) => {
    const record = JSON.parse(line.replace(/^\[/, "").replace(/[,\]]$/, "")) as Record<string, unknown>;
    if (record["sequence"] !== next || record["message"] !== textOf(next) || record["lineNumber"] !== next)
      throw new Error(`line ${next} is not there: ${line}`);
    next++;
  });
  expect(next).toBe(lineCount + 1);
  expect(jsonPeak - beforeBytes).toBeLessThan(allowanceBytes);

  const errors = await fetch(`${logs}/export?format=txt&level=ERROR`);
  expect(await errors.text()).toBe("");
});

test("a reader who stops for a while is waited for, in the store and not in memory", async () => {
  await using stage = await openStage();
  const logs = await logOf(stage, "slow");
  const beforeBytes = stage.server.program.memory().residentBytes;
  let lines = 0;
  let parts = 0;
  const peak = await take(
    stage,
    `${logs}/export?format=txt`,
    () => void lines++,
    async () => {
      if (++parts % 100 === 1 && parts < 1_000) await Bun.sleep(100);
    },
  );
  expect(lines).toBe(lineCount);
  expect(peak - beforeBytes).toBeLessThan(allowanceBytes);
});

test("a reader who goes away in the middle costs nothing more", async () => {
  await using stage = await openStage();
  const logs = await logOf(stage, "left");
  for (let i = 0; i < 20; i++) {
    const leave = new AbortController();
    const answer = await fetch(`${logs}/export?format=json`, { signal: leave.signal });
    await answer.body!.getReader().read();
    leave.abort();
  }
  expect((await fetch(`${stage.server.url}/health`)).status).toBe(200);
});

test("a page deep in a log of many segments is found by its number", async () => {
  await using stage = await openStage();
  const logs = await logOf(stage, "deep");
  for (const page of [0, 7_499, 14_999, 15_000]) {
    const answer = await fetch(`${logs}?size=100&page=${page}`);
    const { content, totalElements } = (await answer.json()) as {
      content: { message: string; lineNumber: number }[];
      totalElements: number;
    };
    const first = page * 100 + 1;
    const expected = Array.from({ length: page === 15_000 ? 0 : 100 }, (_, i) => textOf(first + i));
    expect(content.map(({ message }) => message)).toEqual(expected);
    expect(content.map(({ lineNumber }) => lineNumber)).toEqual(expected.map((_, i) => first + i));
    expect(totalElements).toBe(lineCount);
  }
});
