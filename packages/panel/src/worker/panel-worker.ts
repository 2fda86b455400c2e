import { Api, openLogSource } from "@keruta/client";
import { answerAsk } from "./answer-ask.ts";
import { decompress } from "./decompress.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { SessionWatch } from "./session-watch.ts";
import { TaskBoard } from "./task-board.ts";
import { TaskSession } from "./task-session.ts";

const apiUrl = self.location.origin;
const api = new Api({ apiUrl });
const post = (message: FromWorker) => self.postMessage(message);
const session = new SessionWatch(api, (state) => post({ type: "session", session: state }));
const board = new TaskBoard(api, { apiUrl }, post, () => void session.ask());
const sessions = new Map<number, TaskSession>();

const parts = {
  api,
  post,
  openLog: (taskId: string, attempt: number) => openLogSource({ apiUrl, api, taskId, attempt, decompress }),
  onAttempt: (listener: Parameters<TaskBoard["onAttempt"]>[0]) => board.onAttempt(listener),
};

function open(message: Extract<ToWorker, { type: "open-log" }>): void {
  close(message.view);
  const session = new TaskSession(parts, message);
  sessions.set(message.view, session);
  void session.open();
}

function close(view: number): void {
  sessions.get(view)?.close();
  sessions.delete(view);
}

async function ask({ id, ask }: Extract<ToWorker, { type: "ask" }>): Promise<void> {
  try {
    await answerAsk(api, ask);
    post({ type: "answered", id });
  } catch (error) {
    post({ type: "answered", id, failure: (error as Error).message });
  }
}

function handle(message: ToWorker): void {
  switch (message.type) {
    case "ask":
      void ask(message);
      break;
    case "list-tasks":
      board.tellNow();
      break;
    case "more-tasks":
      void board.more();
      break;
    case "open-log":
      open(message);
      break;
    case "close-log":
      close(message.view);
      break;
    case "window":
    case "follow":
      sessions.get(message.view)?.want(message);
      break;
    case "drawn":
      sessions.get(message.view)?.drawn();
  }
}

self.onmessage = (event: MessageEvent<ToWorker>) => handle(event.data);
void session.ask();
void board.watch();
