import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { limits, type TaskRecord } from "@keruta/protocol";
import { type Ended, Programs } from "../../fixtures/programs.ts";

// Every test starts programs, and the machine may be busy with others.
setDefaultTimeout(120_000);

let programs: Programs;

beforeAll(async () => {
  programs = await Programs.start();
});
afterAll(() => programs[Symbol.asyncDispose]());

function ask(method: string, path: string, body?: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(`${programs.url}/api/v1/tasks${path}`, { method, headers, ...json });
}

/** A task that an agent runs which asks for its input. */
async function polled(name: string): Promise<string> {
  const created = (await (await ask("POST", "", { name })).json()) as TaskRecord;
  await ask("PUT", `/${created.id}/status`, { status: "PROCESSING" });
  return created.id;
}

async function inputsOf(taskId: string): Promise<{ input: string; eof: boolean }[]> {
  const inputs: { input: string; eof: boolean }[] = [];
  for (;;) {
    const answer = await ask("GET", `/${taskId}/input`);
    if (answer.status !== 200) return inputs;
    const { input, eof } = (await answer.json()) as { input: string; eof: boolean };
    inputs.push({ input, eof });
  }
}

async function runWithInput(stdin: string, ...args: string[]): Promise<Ended> {
  const child = Bun.spawn(programs.command(...args), {
    env: programs.environment,
    stdin: Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, stdout, stderr };
}

const nothingSaid = { code: 0, stdout: "", stderr: "" };

describe("keruta input", () => {
  test.each([
    [["yes"], [{ input: "yes\n", eof: false }]],
    [["yes", "--no-newline"], [{ input: "yes", eof: false }]],
    [["yes", "--eof"], [{ input: "yes\n", eof: true }]],
    [[""], [{ input: "\n", eof: false }]],
    [["--eof"], [{ input: "", eof: true }]],
  ])("%p", async (args, inputs) => {
    const taskId = await polled("given");
    expect(await programs.run("input", taskId, ...args)).toEqual(nothingSaid);
    expect(await inputsOf(taskId)).toEqual(inputs);
  });

  test("takes what comes on stdin, with the newline it lacks", async () => {
    const taskId = await polled("piped");
    expect(await runWithInput("one\ntwo", "input", taskId, "-", "--eof")).toEqual(nothingSaid);
    const inputs = await inputsOf(taskId);
    expect(inputs.map(({ input }) => input).join("")).toBe("one\ntwo\n");
    expect(inputs.at(-1)).toEqual({ input: "", eof: true });
  });

  test("cuts what is larger than one input, and loses nothing", async () => {
    const taskId = await polled("large");
    const text = "あいう😀\n".repeat(8_000);
    expect(await runWithInput(text, "input", taskId)).toEqual(nothingSaid);
    const inputs = await inputsOf(taskId);
    expect(inputs.length).toBeGreaterThan(Buffer.byteLength(text) / limits.maxInputBytes);
    expect(inputs.map(({ input }) => input).join("")).toBe(text);
  });

  test("says where there is no task, or no script any more", async () => {
    const unknown = await programs.run("input", "unknown", "x");
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no task unknown") });
    const taskId = await polled("over");
    await ask("PUT", `/${taskId}/status`, { status: "COMPLETED" });
    const over = await programs.run("input", taskId, "x");
    expect(over).toMatchObject({ code: 1, stderr: expect.stringContaining("has ended (COMPLETED)") });
  });
});

describe("keruta cancel", () => {
  test("ends what runs, with the reason in the log", async () => {
    const taskId = await polled("cancelled");
    expect(await programs.run("cancel", taskId, "--reason", "wrong branch")).toEqual(nothingSaid);
    expect(await (await ask("GET", `/${taskId}`)).json()).toMatchObject({ status: "CANCELLED" });
    expect((await programs.run("logs", taskId)).stdout).toBe("cancelled by anonymous: wrong branch\n");
    const again = await programs.run("cancel", taskId);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("has ended (CANCELLED)") });
  });
});
