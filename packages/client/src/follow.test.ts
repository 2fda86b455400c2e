import { describe, expect, test } from "bun:test";
import { encodeMessage, KerutaError, limits } from "@keruta/protocol";
import { decompress, frameOf, Peer, randomOf, type ServedPeer, servePeer } from "../fixtures/peer.ts";
import type { Clock } from "./clock.ts";
import { connectTimeoutMs } from "./connection.ts";
import { type FollowOptions, follow } from "./follow.ts";
import type { FollowEvent } from "./follow-events.ts";
import type { OpenSocket } from "./socket.ts";

const text = new TextDecoder();

function numbered(from: number, to: number): { text: string }[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({ text: `line ${from + i}` }));
}

/** Collects what is followed; throws on the first repeat or gap. */
class Reader {
  readonly events: FollowEvent[] = [];
  readonly texts: string[] = [];
  next: number;

  constructor(from = 1) {
    this.next = from;
  }

  take(event: FollowEvent): void {
    this.events.push(event);
    if (event.type !== "lines") return;
    for (let index = event.start; index < event.block.lineCount; index++) {
      const sequence = event.block.header.firstSequence + index;
      if (sequence !== this.next) throw new Error(`expected line ${this.next}, got ${sequence}`);
      this.next++;
      this.texts.push(text.decode(event.block.textBytes(index)));
    }
  }

  async all(options: FollowOptions, each?: (event: FollowEvent) => void): Promise<this> {
    for await (const event of follow(options)) {
      this.take(event);
      each?.(event);
    }
    return this;
  }
}

/** Waits take no time at all, in their order. */
const hurried: Clock = {
  now: () => 0,
  after(delayMs, run) {
    // The watchdog's long waits must not pass in no time.
    if (delayMs >= 5_000) return () => undefined;
    const timer = setImmediate(run);
    return () => clearImmediate(timer);
  },
};

/** A peer at the other end of no wire at all, that cuts connections where `random` says. */
function cuttingSocket(peer: Peer, random: () => number, cut: () => void): OpenSocket {
  return (_url, _subprotocol, events) => {
    let open = true;
    const close = (code: number, reason: string) => {
      if (!open) return;
      open = false;
      viewer.left();
      events.closed(code, reason);
    };
    const viewer = peer.connect({
      send(bytes) {
        if (!open) return;
        if (random() < 0.2) {
          cut();
          close(1006, "cut");
        } else events.received(bytes);
      },
      close,
    });
    queueMicrotask(() => open && events.opened());
    return { send: (bytes) => open && viewer.receive(bytes), close: (code) => close(code, "") };
  };
}

async function pongs(peer: Peer, count = 1): Promise<void> {
  const received = () => [...peer.viewers].flatMap((viewer) => viewer.received);
  while (received().filter((type) => type === "pong").length < count) await Bun.sleep(1);
}

function served(peer: Peer, port = 0): { peer: ServedPeer; options: FollowOptions } {
  const server = servePeer(peer, port);
  return { peer: server, options: { apiUrl: server.apiUrl, taskId: "t1", decompress } };
}

describe("following", () => {
  test("gives every line once, in order, and ends with the attempt", async () => {
    const peer = new Peer();
    peer.begin();
    peer.append(numbered(1, 500));
    const { peer: server, options } = served(peer);
    const reader = await new Reader().all(options, (event) => {
      if (event.type !== "subscribed") return;
      peer.append(numbered(501, 1_000));
      peer.end(3);
    });
    expect(reader.texts).toEqual(numbered(1, 1_000).map((line) => line.text));
    expect(reader.events.at(-1)).toMatchObject({ type: "end", summary: { exitCode: 3, head: 1_000 } });
    await server.stop();
  });

  test.each([
    [{ from: 400 }, 400],
    [{ tail: 10 }, 491],
    [{ tail: 0 }, 501],
    [{ tail: 9_999 }, 1],
  ])("begins where it is asked to: %p", async (place, first) => {
    const peer = new Peer();
    peer.begin();
    peer.append(numbered(1, 500));
    const { peer: server, options } = served(peer);
    const reader = new Reader(first);
    await reader.all({ ...options, ...place }, (event) => {
      if (event.type !== "subscribed") return;
      peer.append(numbered(501, 510));
      peer.end();
    });
    expect(reader.next).toBe(511);
    await server.stop();
  });

  test("lines that were deleted are passed over, before it begins, on the way and across a cut", async () => {
    const peer = new Peer();
    peer.begin();
    peer.append(numbered(1, 500));
    peer.delete(100);
    const { peer: server, options } = served(peer);
    const seen: number[] = [];
    let steps = 0;
    for await (const event of follow({ ...options, random: () => 0 })) {
      if (event.type === "lines")
        for (let index = event.start; index < event.block.lineCount; index++)
          seen.push(event.block.header.firstSequence + index);
      if (event.type !== "lines" || seen.at(-1)! < 500) continue;
      steps++;
      if (steps === 1) {
        // While it is away: its next line is deleted before it is back.
        for (const viewer of [...peer.viewers]) viewer.close(1012, "restart");
        peer.append(numbered(501, 700));
        peer.delete(600);
      } else if (seen.at(-1) === 700) peer.end();
    }
    const range = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i);
    expect(seen).toEqual([...range(101, 500), ...range(601, 700)]);
    await server.stop();
  });

  test("staying, it goes on with lines after the end, and with an attempt that goes on", async () => {
    const peer = new Peer();
    peer.begin();
    peer.append(numbered(1, 10));
    peer.end(1);
    const { peer: server, options } = served(peer);
    const stop = new AbortController();
    const reader = new Reader();
    const ends: number[] = [];
    await reader.all({ ...options, stay: true, signal: stop.signal }, (event) => {
      if (event.type !== "end") return;
      ends.push(event.summary.head);
      if (ends.length === 1) peer.append(numbered(11, 12));
      if (ends.length === 2) {
        peer.goOn();
        peer.end();
      }
      if (ends.length === 3) stop.abort();
    });
    expect(ends).toEqual([10, 12, 12]);
    expect(reader.next).toBe(13);
    await server.stop();
  });

  test("waits for a task's first attempt and shows all of it, whatever tail was asked for", async () => {
    const peer = new Peer();
    const { peer: server, options } = served(peer);
    const reader = await new Reader().all({ ...options, tail: 1 }, (event) => {
      if (event.type !== "subscribed" || event.attempt !== undefined) return;
      peer.append(numbered(1, 30));
      peer.begin();
      peer.end();
    });
    expect(reader.next).toBe(31);
    await server.stop();
  });

  test("goes on from its place when the server is killed and comes back on the same port", async () => {
    const peer = new Peer();
    peer.begin();
    peer.append(numbered(1, 3_000));
    let current = served(peer);
    const { port } = current.peer;
    let restarts = 0;
    let stopping = false;
    const reader = new Reader();
    await reader.all({ ...current.options, random: () => 0 }, (event) => {
      if (event.type !== "lines" || stopping || restarts === 2 || reader.next < (restarts + 1) * 1_000)
        return;
      stopping = true;
      restarts++;
      void current.peer.stop().then(() => {
        peer.append(numbered(peer.lines.length + 1, peer.lines.length + 1_000));
        if (restarts === 2) peer.end();
        current = served(peer, port);
        stopping = false;
      });
    });
    expect(reader.texts).toEqual(numbered(1, 5_000).map((line) => line.text));
    expect(restarts).toBe(2);
    await current.peer.stop();
  });

  test.each([1, 2, 3, 4])(
    "never repeats or skips a line in 2,500 random cuts (seed %d)",
    async (seed) => {
      const random = randomOf(seed);
      const peer = new Peer(random);
      peer.begin();
      peer.append(numbered(1, 20));
      let cuts = 0;
      const openSocket = cuttingSocket(peer, random, () => cuts++);
      const options = {
        apiUrl: "http://peer",
        taskId: "t1",
        decompress,
        openSocket,
        random: () => 0,
        clock: hurried,
      };
      const reader = new Reader();
      await reader.all(options, (event) => {
        if (event.type !== "lines" || reader.next <= peer.lines.length) return;
        if (cuts < 2_500) peer.append(numbered(reader.next, reader.next + 50));
        else if (peer.summary?.state === "PROCESSING") peer.end();
      });
      expect(reader.texts).toEqual(numbered(1, peer.lines.length).map((line) => line.text));
      expect(cuts).toBeGreaterThanOrEqual(2_500);
    },
    60_000,
  );
});

describe("back-pressure", () => {
  test("a consumer that stops makes the server stop at its window, and loses nothing", async () => {
    const peer = new Peer();
    peer.begin();
    const wide = Array.from({ length: 400 }, (_, i) => ({ text: `${i} ${Bun.hash(`${i}`)} `.repeat(300) }));
    peer.append(wide);
    const { peer: server, options } = served(peer);
    const reader = new Reader();
    const events = follow(options);
    for (let lines = 0; lines < 1; ) {
      const { value } = await events.next();
      if (value === undefined) throw new Error("ended early");
      reader.take(value);
      if (value.type === "lines") lines++;
    }
    const connection = [...peer.viewers][0]!;
    for (let i = 0; i < 100; i++) peer.tell({ type: "ping" });
    await pongs(peer, 100);
    expect(connection.received).not.toContain("ack");
    peer.end();
    for await (const event of events) reader.take(event);
    expect(reader.texts).toEqual(wide.map((line) => line.text));
    expect(peer.maxUnackedBytes).toBeLessThan(limits.viewerWindowBytes + limits.maxMessageBytes);
    await server.stop();
  });

  test("control messages to a stopped consumer do not pile up: the newest of a kind is kept", async () => {
    const peer = new Peer();
    peer.begin();
    const { peer: server, options } = served(peer);
    const events = follow(options);
    while ((await events.next()).value?.type !== "subscribed");
    for (let i = 0; i < 1_000; i++)
      peer.tell({ type: "partial", attempt: 1, source: "stdout", text: `${i} %` });
    peer.tell({ type: "ping" });
    await pongs(peer);
    peer.end();
    const rest: FollowEvent[] = [];
    for await (const event of events) rest.push(event);
    const partials = rest.filter((event) => event.type === "partial");
    expect(partials.length).toBeLessThan(5);
    expect(partials.at(-1)).toMatchObject({ text: "999 %" });
    await server.stop();
  });
});

describe("what a server can do wrong", () => {
  test("a gap makes it start over from its own place", async () => {
    const peer = new Peer();
    peer.begin();
    peer.append(numbered(1, 10));
    const { peer: server, options } = served(peer);
    let gaps = 0;
    const reader = await new Reader().all({ ...options, random: () => 0 }, (event) => {
      if (event.type === "lines" && gaps === 0) {
        gaps++;
        peer.tell({
          type: "chunk",
          attempt: 1,
          chunk: new Uint8Array(frameOf([{ text: "from nowhere" }], 50)),
        });
      }
      if (event.type === "connection" && event.state === "waiting") {
        expect(event.reason).toContain("was sent 50");
        peer.append(numbered(11, 20));
        peer.end();
      }
    });
    expect(reader.next).toBe(21);
    expect(peer.connections).toBe(2);
    await server.stop();
  });

  test("a damaged chunk is asked for again", async () => {
    const peer = new Peer();
    peer.begin();
    const { peer: server, options } = served(peer);
    let damaged = 0;
    const reader = await new Reader().all({ ...options, random: () => 0 }, (event) => {
      if (event.type === "subscribed" && damaged++ === 0) {
        const chunk = new Uint8Array(frameOf(numbered(1, 5), 1));
        chunk[chunk.length - 3]! ^= 0x10;
        peer.tell({ type: "chunk", attempt: 1, chunk });
      } else if (event.type === "subscribed") {
        peer.append(numbered(1, 5));
        peer.end();
      }
    });
    expect(reader.next).toBe(6);
    await server.stop();
  });

  test("an end before the last line is not believed", async () => {
    const peer = new Peer();
    peer.begin();
    const { peer: server, options } = served(peer);
    let early = 0;
    const reader = await new Reader().all({ ...options, random: () => 0 }, (event) => {
      if (event.type !== "subscribed") return;
      if (early++ === 0)
        peer.tell({ type: "end", summary: { ...peer.summary!, state: "COMPLETED", head: 7 } });
      else {
        peer.append(numbered(1, 7));
        peer.end();
      }
    });
    expect(reader.next).toBe(8);
    await server.stop();
  });

  test("what cannot be mended ends it with the server's own code and sentence", async () => {
    const peer = new Peer();
    peer.begin();
    const { peer: server, options } = served(peer);
    const run = new Reader().all(options, (event) => {
      if (event.type === "subscribed")
        peer.tell({
          type: "error",
          code: "ATTEMPT_NOT_FOUND",
          message: "cannot show attempt 9: there is none",
        });
    });
    const error = await run.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(KerutaError);
    expect(error).toMatchObject({
      code: "ATTEMPT_NOT_FOUND",
      message: "cannot show attempt 9: there is none",
    });
    await server.stop();
  });

  test("a terminal close code ends it too, and a restart's does not", async () => {
    const peer = new Peer();
    peer.begin();
    const { peer: server, options } = served(peer);
    let closes = 0;
    const run = new Reader().all({ ...options, random: () => 0 }, (event) => {
      if (event.type !== "subscribed") return;
      if (closes++ === 0) peer.tell({ type: "goaway", reason: "restart", retryAfterMs: 1 });
      for (const viewer of [...peer.viewers]) viewer.close(closes === 1 ? 1012 : 4403, "not for you");
    });
    await expect(run).rejects.toMatchObject({ code: "FORBIDDEN", message: "not for you" });
    expect(closes).toBe(2);
    await server.stop();
  });

  test("silence is taken for death, by the clock that was passed in", async () => {
    const timers = new Set<{ at: number; run: () => void }>();
    let nowMs = 0;
    const clock: Clock = {
      now: () => nowMs,
      after(delayMs, run) {
        const timer = { at: nowMs + delayMs, run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    };
    const peer = new Peer();
    peer.begin();
    const { peer: server, options } = served(peer);
    const reasons: string[] = [];
    const advance = (byMs: number) => {
      nowMs += byMs;
      for (const timer of [...timers])
        if (timer.at <= nowMs) {
          timers.delete(timer);
          timer.run();
        }
    };
    await new Reader().all({ ...options, clock }, (event) => {
      if (event.type === "subscribed" && peer.connections === 1) {
        advance(connectTimeoutMs - 1);
        peer.tell({ type: "ping" });
        void pongs(peer).then(async () => {
          // Pings as the server sends them: however the watch falls between them, this is no silence.
          for (let ping = 2; ping < 40; ping++) {
            for (let second = 0; second < limits.pingIntervalMs / 1_000; second++) advance(1_000);
            peer.tell({ type: "ping" });
            await pongs(peer, ping);
          }
          expect(reasons).toEqual([]);
          advance(limits.silenceTimeoutMs - 1);
          advance(1);
        });
      } else if (event.type === "subscribed") peer.end();
      if (event.type !== "connection" || event.state !== "waiting") return;
      reasons.push(event.reason);
      setTimeout(() => advance(event.retryInMs), 0);
    });
    expect(reasons).toEqual(["no answer for 50 s"]);
    await server.stop();
  });

  test("an abort ends it quietly, while connected and while waiting", async () => {
    const peer = new Peer();
    peer.begin();
    const { peer: server, options } = served(peer);
    const first = new AbortController();
    await new Reader().all({ ...options, signal: first.signal }, (event) => {
      if (event.type === "subscribed") setTimeout(() => first.abort(), 0);
    });
    await server.stop();
    const second = new AbortController();
    const reader = await new Reader().all({ ...options, signal: second.signal }, (event) => {
      if (event.type === "connection" && event.state === "waiting") second.abort();
    });
    expect(reader.events.at(-1)).toMatchObject({ type: "connection", state: "waiting" });
  });

  test("a message past the window ends the connection, not the memory", async () => {
    let sent = 0;
    const openSocket: OpenSocket = (_url, _subprotocol, events) => {
      const chunk = new Uint8Array(limits.maxMessageBytes / 2);
      queueMicrotask(() => {
        for (let open = true; open && sent < 100; sent++) {
          events.received(encodeMessage({ type: "chunk", attempt: 1, chunk }));
          open = !closed;
        }
      });
      let closed = false;
      return {
        send: () => undefined,
        close: () => {
          closed = true;
        },
      };
    };
    const stop = new AbortController();
    const reader = new Reader();
    const options = { apiUrl: "http://peer", taskId: "t1", decompress, openSocket, signal: stop.signal };
    await reader.all(options, (event) => {
      if (event.type === "connection" && event.state === "waiting") stop.abort();
    });
    expect(sent).toBeLessThan(5);
    expect(reader.events.at(-1)).toMatchObject({ reason: "the server sent more than its window allows" });
  });
});
