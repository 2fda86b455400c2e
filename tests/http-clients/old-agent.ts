import { env } from "node:process";

/**
 * Behaves like the agent before log streaming, which knew only HTTP: bun old-agent.ts API_URL TASK. It fetches the script, posts
 * each line by itself with nothing but level and message, says by PUT how the task stands, and polls for input when a line of
 * output looks like a question. Like that agent it takes 200 and 201 for stored, and anything below 400 for done.
 */
const [apiUrl, task] = process.argv.slice(2);
const root = `${apiUrl}/api/v1/tasks/${task}`;
const pollMs = 20;

const { script } = (await (await call("GET", "/script")).json()) as { script: { content: string } };
await setStatus("IN_PROGRESS", { message: "running", progress: 0 });
const child = Bun.spawn(["bash", "-c", script.content], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
await Promise.all([relay(child.stdout, "INFO"), relay(child.stderr, "ERROR")]);
const code = await child.exited;
await (code === 0
  ? setStatus("COMPLETED", { message: "done", progress: 100 })
  : setStatus("FAILED", { message: `exit status ${code}`, errorCode: "SCRIPT_EXECUTION_ERROR" }));
process.exitCode = code === 0 ? 0 : 1;

async function relay(stream: ReadableStream<Uint8Array>, level: string): Promise<void> {
  let text = "";
  for await (const part of stream) {
    const lines = (text + new TextDecoder().decode(part)).split("\n");
    text = lines.pop() ?? "";
    for (const message of lines) {
      const answer = await call("POST", "/logs", { level, message });
      if (answer.status !== 200 && answer.status !== 201) throw new Error(`a line got ${answer.status}`);
      if (/[:>?]$/.test(message)) await passInput();
    }
  }
}

async function passInput(): Promise<void> {
  await setStatus("WAITING_FOR_INPUT", { progress: 50 });
  for (;;) {
    const answer = await call("GET", "/input");
    if (answer.status === 200) {
      const { input } = (await answer.json()) as { input: string };
      child.stdin.write(input);
      await child.stdin.flush();
      return setStatus("IN_PROGRESS", { progress: 60 });
    }
    await Bun.sleep(pollMs);
  }
}

async function setStatus(status: string, details: object): Promise<void> {
  const answer = await call("PUT", "/status", { status, ...details });
  if (answer.status >= 400)
    throw new Error(`the status ${status} got ${answer.status}: ${await answer.text()}`);
}

function call(method: string, path: string, body?: object): Promise<Response> {
  return fetch(root + path, {
    method,
    headers: {
      "Content-Type": "application/json",
      "User-Agent": "keruta-agent/1.0.0",
      Authorization: `Bearer ${env["KERUTA_API_TOKEN"]}`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
