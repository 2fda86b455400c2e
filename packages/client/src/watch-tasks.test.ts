import { expect, test } from "bun:test";
import { Peer, servePeer } from "../fixtures/peer.ts";
import { watchTasks } from "./watch-tasks.ts";

test("every change of every task is told, and after a cut what changes then", async () => {
  const peer = new Peer();
  const server = servePeer(peer);
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const event of watchTasks({ apiUrl: server.apiUrl, signal: stop.signal, random: () => 0 })) {
    if (event.type === "attempt") seen.push(`${event.summary.taskId} ${event.summary.attempt}`);
    else if (event.state === "live") peer.begin(peer.connections);
    if (seen.length === 1) for (const viewer of [...peer.viewers]) viewer.close(1012, "restart");
    if (seen.length === 2) stop.abort();
  }
  expect(seen).toEqual(["t1 1", "t1 2"]);
  await server.stop();
});
