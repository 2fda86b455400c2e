import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Output } from "../output.ts";
import { say } from "../say.ts";
import { UsageError } from "../usage-error.ts";

const minPasswordLength = 8;

/** Reads a password from the first line of stdin and prints its hash, for `users` in the server's configuration. */
export async function hashPassword(): Promise<number> {
  const password = await (process.stdin.isTTY ? askFor() : firstLine());
  if (password.length < minPasswordLength)
    throw new UsageError(`a password must have ${minPasswordLength} characters`);
  const hash = await Bun.password.hash(password, { algorithm: "argon2id" });
  await new Output(1).write(Buffer.from(`${hash}\n`));
  return 0;
}

/** What is typed is not shown. */
async function askFor(): Promise<string> {
  say("type the password; it is not shown");
  const nowhere = new Writable({ write: (_bytes, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await terminal.question("");
  } finally {
    terminal.close();
  }
}

async function firstLine(): Promise<string> {
  const [line = ""] = (await Bun.stdin.text()).split(/\r?\n/);
  return line;
}
