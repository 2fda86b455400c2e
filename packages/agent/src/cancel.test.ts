import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Peer } from "./fixtures/peer.ts";
import { type RunningAgent, startAgent, Workplace } from "./fixtures/run-agent.ts";

let peer: Peer;
let place: Workplace;

beforeEach(() => {
  peer = new Peer();
  place = new Workplace();
});

afterEach(async () => {
  await peer.stop();
  place[Symbol.dispose]();
});

function shell(text: string, options: readonly string[] = []): RunningAgent {
  return startAgent(place.executeArgs(peer.url, ["--", "sh", "-c", text], options));
}

function texts(source: string): string[] {
  return peer
    .attempt()
    .lines.filter((line) => line.source === source)
    .map(({ text }) => text);
}

async function cancelWhenReady(reason?: string): Promise<void> {
  await peer.until(() => peer.attempts.size > 0 && texts("stdout").includes("ready"));
  peer.tell({ type: "cancel", by: "ann", ...(reason === undefined ? {} : { reason }) });
}

describe("a cancelled script", () => {
  test("gets SIGTERM, and the log says who, when and why", async () => {
    const agent = shell("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.02; done");
    await cancelWhenReady("wrong branch");
    expect((await agent.finished).exitCode).toBe(3);
    expect(texts("stdout")).toEqual(["ready", "bye"]);
    expect(texts("agent")[0]).toMatch(
      /^cancelled by ann at \d{4}-\d\d-\d\dT[\d:.]+Z \(wrong branch\): .*SIGTERM/,
    );
    expect(peer.attempt().lines.find(({ source }) => source === "agent")?.level).toBe("WARN");
    expect(peer.attempt().end).toMatchObject({
      state: "CANCELLED",
      exitCode: 3,
      reason: "cancelled by ann: wrong branch",
    });
  });

  test("gets SIGKILL after the grace, however often it is cancelled meanwhile", async () => {
    const agent = shell("trap '' TERM; echo ready; while :; do sleep 0.02; done", ["--kill-grace", "300ms"]);
    await cancelWhenReady();
    peer.tell({ type: "cancel", by: "ann" });
    peer.tell({ type: "cancel", by: "bob" });
    expect((await agent.finished).exitCode).toBe(137);
    expect(texts("agent").length).toBe(2);
    expect(texts("agent")[1]).toContain("SIGKILL");
    expect(peer.attempt().end).toMatchObject({
      state: "CANCELLED",
      signal: "SIGKILL",
      reason: "cancelled by ann",
    });
  });
});

test("a script that has ended is not cancelled any more", async () => {
  // What the script has left behind keeps its output open, so that the agent goes on reading.
  const agent = shell(
    "(trap '' TERM; while kill -0 $$; do sleep 0.02; done 2>/dev/null; echo ready; sleep 1) & exit 0",
  );
  await cancelWhenReady();
  expect((await agent.finished).exitCode).toBe(0);
  expect(peer.attempt().end).toMatchObject({ state: "COMPLETED" });
});

test("a script that is not started yet is not started", async () => {
  const asked = Promise.withResolvers<void>();
  peer.answer = () => {
    asked.resolve();
    return new Promise(() => {});
  };
  const agent = startAgent(place.executeArgs(peer.url, [], ["--work-dir", place.directory]));
  await asked.promise;
  await peer.until(() => peer.attempts.size > 0);
  peer.tell({ type: "cancel", by: "ann" });
  expect((await agent.finished).exitCode).toBe(143);
  expect(texts("agent")[0]).toContain("the script is not started");
  expect(peer.attempt().end).toMatchObject({
    state: "CANCELLED",
    reason: "cancelled by ann before the script was started",
  });
});

test("SIGTERM while the script is fetched ends the attempt", async () => {
  const asked = Promise.withResolvers<void>();
  peer.answer = () => {
    asked.resolve();
    return new Promise(() => {});
  };
  const agent = startAgent(place.executeArgs(peer.url, [], ["--work-dir", place.directory]));
  await asked.promise;
  agent.kill("SIGTERM");
  expect((await agent.finished).exitCode).toBe(143);
  expect(peer.attempt().end).toMatchObject({ state: "CANCELLED" });
});
