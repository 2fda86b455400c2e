import { type Api, type Input, requireTaskId } from "@keruta/client";
import { KerutaError } from "@keruta/protocol";
import { connectTo, type ServerOptions } from "../connect.ts";
import { inputPieces } from "../input-pieces.ts";
import { say } from "../say.ts";

export interface InputOptions extends ServerOptions {
  readonly eof?: boolean;
  readonly newline: boolean;
}

/** As long as a script does not read, the server keeps only so much for it. */
const retryWhenFullMs = 1_000;

/** Sends the text, or what comes on stdin as it comes. Resolves when the server has stored all of it. */
export async function input(
  taskId: string,
  text: string | undefined,
  options: InputOptions,
): Promise<number> {
  requireTaskId(taskId);
  const { api } = connectTo(options);
  const { eof = false, newline } = options;
  const send = (what: Input) => sendPatiently(api, taskId, what);
  if (text !== undefined && text !== "-") await send({ input: text, eof, raw: !newline });
  else await sendStdin(send, eof, newline);
  return 0;
}

async function sendStdin(
  send: (what: Input) => Promise<void>,
  eof: boolean,
  newline: boolean,
): Promise<void> {
  // A person who says only that the input ends has nothing to type.
  const blocks = eof && process.stdin.isTTY ? [] : process.stdin;
  for await (const piece of inputPieces(blocks, newline)) await send({ input: piece, raw: true });
  if (eof) await send({ input: "", eof, raw: true });
}

async function sendPatiently(api: Api, taskId: string, what: Input): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await api.sendInput(taskId, what);
    } catch (error) {
      if (!(error instanceof KerutaError) || error.code !== "RATE_LIMIT_EXCEEDED") throw error;
      if (isFirst) say(`${error.message}; waiting`);
      await Bun.sleep(retryWhenFullMs);
    }
  }
}
