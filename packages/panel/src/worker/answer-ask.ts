import type { Api } from "@keruta/client";
import type { Ask } from "./messages.ts";

/** Does on the server what a person asked for. Rejects with the server's sentence. */
export async function answerAsk(api: Api, ask: Ask): Promise<void> {
  switch (ask.ask) {
    case "input":
      await api.sendInput(ask.taskId, { input: ask.text, eof: ask.eof, raw: true });
      break;
    case "cancel":
      await api.cancel(ask.taskId);
      break;
    case "sign-in":
      await api.signIn("token" in ask ? { token: ask.token } : ask);
      break;
    case "sign-out":
      await api.signOut();
  }
}
