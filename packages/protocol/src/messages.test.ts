import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type AttemptSummary,
  type ClientMessage,
  decodeClientMessage,
  decodeServerMessage,
  encodeMessage,
  KerutaError,
  limits,
  pack,
  type ServerMessage,
} from "./index.ts";

const chunk = Uint8Array.of(1, 2, 3);
const summary: AttemptSummary = {
  taskId: "task123",
  attempt: 1,
  state: "PROCESSING",
  head: 10,
  startedAtUs: 1_764_021_818_000_000,
  counts: [0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  rawBytes: 100,
  connected: true,
};
const hello: ClientMessage = {
  type: "hello",
  protocol: 1,
  runId: "0d9c0f5e-9a3b-4c57-8f6e-111111111111",
  startedAtUs: 1_764_021_818_000_000,
  agent: { version: "0.1.0", host: "pod-1", pid: 7 },
};

const clientMessages: readonly ClientMessage[] = [
  hello,
  { ...hello, claim: 3, agent: { ...hello.agent, command: "bash x.sh", labels: { node: "n1" } } },
  { type: "chunk", chunk },
  { type: "partial", source: "stderr", text: "Continue? [y/N] " },
  { type: "partial", source: "stdout", text: "" },
  { type: "end", lastSequence: 0, state: "COMPLETED", endedAtUs: 1, exitCode: 0 },
  {
    type: "end",
    lastSequence: 9,
    state: "FAILED",
    endedAtUs: 1,
    signal: "SIGSEGV",
    reason: "died of SIGSEGV",
  },
  { type: "subscribe", protocol: 1 },
  {
    type: "subscribe",
    protocol: 1,
    attempt: 0,
    from: 5,
    tail: 0,
    sources: ["stdout"],
    levels: ["WARN", "ERROR"],
  },
  { type: "ack", bytes: 2 ** 40 },
  { type: "pong" },
];
const serverMessages: readonly ServerMessage[] = [
  { type: "welcome", attempt: 1, claim: 1, head: 0, windowBytes: 4_194_304 },
  { type: "ack", sequence: 70 },
  { type: "resume", next: 71, code: "SEQUENCE_GAP", message: "line 71 is next" },
  { type: "ended" },
  { type: "subscribed", from: 1 },
  { type: "subscribed", from: 1, attempt: summary },
  { type: "chunk", attempt: 1, chunk },
  { type: "scanned", attempt: 1, sequence: 64 },
  { type: "partial", attempt: 1, source: "stdout", text: "50 %" },
  { type: "attempt", summary },
  {
    type: "end",
    summary: { ...summary, state: "FAILED", endedAtUs: 5, exitCode: 139, signal: "SIGSEGV", reason: "x" },
  },
  { type: "ping" },
  { type: "goaway", reason: "the server is stopping", retryAfterMs: 250 },
  { type: "error", code: "SUPERSEDED", message: "another agent has taken over" },
];

describe("every message comes back as it went", () => {
  for (const message of clientMessages)
    test(`from a client: ${message.type}`, () => {
      expect(decodeClientMessage(encodeMessage(message))).toEqual(message);
    });
  for (const message of serverMessages)
    test(`from the server: ${message.type}`, () => {
      expect(decodeServerMessage(encodeMessage(message))).toEqual(message);
    });
});

test("a key without a value is as good as none", () => {
  const message = { type: "end", lastSequence: 1, state: "FAILED", endedAtUs: 1, exitCode: undefined };
  expect(decodeClientMessage(pack(message))).toEqual({
    type: "end",
    lastSequence: 1,
    state: "FAILED",
    endedAtUs: 1,
  });
});

describe("unknown keys are ignored, at every depth", () => {
  for (const message of clientMessages)
    test(`from a client: ${message.type}`, () => {
      expect(decodeClientMessage(pack({ ...message, later: { x: 1 } }))).toEqual(message);
    });
  test("in an object of the message", () => {
    expect(decodeServerMessage(pack({ type: "attempt", summary: { ...summary, later: 1 } }))).toEqual({
      type: "attempt",
      summary,
    });
  });
});

function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof KerutaError && error.code === "INVALID_MESSAGE_FORMAT") return error.message;
    throw error;
  }
  return "accepted";
}
const refusal = (bytes: Uint8Array) => refusalOf(() => decodeClientMessage(bytes));

describe("what is missing or of another type is refused by name", () => {
  const wrong: readonly [string, object][] = [
    ["type", { type: "shout" }],
    ["type", {}],
    ["type", { type: "welcome", attempt: 1, claim: 1, head: 0, windowBytes: 1 }],
    ["protocol", { ...hello, protocol: "1" }],
    ["runId", { ...hello, runId: "short" }],
    ["runId", { ...hello, runId: "x".repeat(65) }],
    ["claim", { ...hello, claim: 1.5 }],
    ["claim", { ...hello, claim: null }],
    ["startedAtUs", { ...hello, startedAtUs: "2025-11-24" }],
    ["agent", { ...hello, agent: undefined }],
    ["agent.pid", { ...hello, agent: { ...hello.agent, pid: "7" } }],
    ["agent.host", { ...hello, agent: { ...hello.agent, host: "h".repeat(1_025) } }],
    ["agent.labels.node", { ...hello, agent: { ...hello.agent, labels: { node: 1 } } }],
    ["chunk", { type: "chunk", chunk: "bytes" }],
    ["chunk", { type: "chunk" }],
    ["source", { type: "partial", source: "stdin", text: "" }],
    ["text", { type: "partial", source: "stdout", text: "x".repeat(limits.maxPartialBytes + 1) }],
    ["lastSequence", { type: "end", lastSequence: -1, state: "COMPLETED", endedAtUs: 1 }],
    ["state", { type: "end", lastSequence: 1, state: "PROCESSING", endedAtUs: 1 }],
    ["from", { type: "subscribe", protocol: 1, from: -1 }],
    ["tail", { type: "subscribe", protocol: 1, tail: Number.NaN }],
    ["levels.1", { type: "subscribe", protocol: 1, levels: ["INFO", "TRACE"] }],
    ["sources", { type: "subscribe", protocol: 1, sources: "stdout" }],
    ["bytes", { type: "ack", bytes: Number.POSITIVE_INFINITY }],
    ["bytes", { type: "ack", bytes: 2 ** 53 }],
  ];
  for (const [key, message] of wrong)
    test(`${key} of ${Bun.inspect(message).replaceAll(/\s+/g, " ").slice(0, 60)}`, () => {
      expect(refusal(pack(message))).toStartWith(`cannot read the message: ${key}: `);
    });
});

describe("hostile bytes are refused", () => {
  const type = [0xa4, ...Buffer.from("type")];
  const pong = [0xa4, ...Buffer.from("pong")];
  const cases: readonly [string, Uint8Array][] = [
    ["nothing", new Uint8Array(0)],
    ["text", new TextEncoder().encode('{"type":"pong"}')],
    ["a number", pack(1)],
    ["null", pack(null)],
    ["a list", pack([{ type: "pong" }])],
    ["a byte too many", Uint8Array.of(...pack({ type: "pong" }), 0)],
    ["two messages", Uint8Array.of(...pack({ type: "pong" }), ...pack({ type: "pong" }))],
    ["the byte that is never used", Uint8Array.of(0x81, ...type, 0xc1)],
    ["nesting as deep as a message is long", new Uint8Array(limits.maxMessageBytes).fill(0x91)],
    ["maps nested as deep as a message is long", nestedMaps(limits.maxMessageBytes)],
    ["an array of four thousand million", Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ["a map of four thousand million", Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff)],
    ["a text of four thousand million", Uint8Array.of(0xdb, 0xff, 0xff, 0xff, 0xff)],
    ["bytes of four thousand million", Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff)],
    [
      "an array of arrays that are not there",
      Uint8Array.of(0xdd, 0, 1, 0, 0, ...new Uint8Array(64).fill(0xdd)),
    ],
    ["an extension of no known type", Uint8Array.of(0x81, ...type, 0xd4, 0x33, 0)],
    ["a record definition in place of a map", Uint8Array.of(0xd4, 0x72, 0x40, 0x91, ...type)],
  ];
  for (const [what, bytes] of cases)
    test(what, () => expect(refusal(bytes)).toStartWith("cannot read the message: "));

  const extensions = {
    date: 0xff,
    bigint: 0x42,
    set: 0x73,
    error: 0x65,
    regexp: 0x78,
    typed: 0x74,
    id: 0x69,
    ref: 0x70,
  };
  for (const [name, extension] of Object.entries({ ...extensions, bundle: 0x62 }))
    test(`an extension type: ${name}`, () => {
      for (const head of [
        [0xd6, extension],
        [0xc7, 4, extension],
      ]) {
        const bytes = Uint8Array.of(0x82, ...type, ...pong, 0xa1, 0x78, ...head, 0, 0, 0, 1, 0x90);
        expect(refusal(bytes)).toBe("cannot read the message: it is not one MessagePack value");
      }
    });

  test("random bytes, and a message with bytes changed at random, end in a refusal or in a message", () => {
    const whole = encodeMessage(hello);
    const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }));
    const changed = fc.array(change, { maxLength: 6 }).map((changes) => {
      const bytes = whole.slice();
      for (const [index, value] of changes) bytes[index] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), changed), (bytes) => {
        // Anything else that were thrown would come out of here.
        expect(refusal(bytes)).toBeString();
      }),
      { numRuns: 2_000 },
    );
  });

  test("a cut at every byte", () => {
    const whole = encodeMessage(hello);
    for (let length = 0; length < whole.length; length++)
      expect(refusal(whole.subarray(0, length))).toStartWith("cannot read the message: ");
  });

  test("a message past the limit is not even looked at", () => {
    const bytes = new Uint8Array(limits.maxMessageBytes + 1);
    expect(refusal(bytes)).toBe(`cannot read the message: it is ${bytes.length} bytes long`);
  });

  test("only a chunk may be larger than a control message", () => {
    const large = new Uint8Array(limits.maxControlMessageBytes);
    expect(refusal(pack({ type: "chunk", chunk: large }))).toBe("accepted");
    expect(refusal(pack({ type: "pong", padding: large }))).toContain("bytes long");
  });

  test("keys that would reach into a prototype stay where they are", () => {
    const proto = [0xa9, ...Buffer.from("__proto__")];
    const polluted = Uint8Array.of(0x82, ...type, ...pong, ...proto, 0x81, 0xa1, 0x78, 1);
    expect(decodeClientMessage(polluted)).toEqual({ type: "pong" });
    const labels = pack({ ...hello, agent: { ...hello.agent, labels: { constructor: "a", toString: "b" } } });
    expect(
      Object.keys((decodeClientMessage(labels) as typeof hello & { agent: { labels: object } }).agent.labels),
    ).toEqual(["toString"]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test("a message that teaches the decoder a record does not change how the next one is read", () => {
    const teaches = Uint8Array.of(0xd4, 0x72, 0x41, 0x91, ...type, ...pong);
    refusal(teaches);
    expect(
      decodeClientMessage(
        Uint8Array.of(0x82, ...type, 0xa3, ...Buffer.from("ack"), 0xa5, ...Buffer.from("bytes"), 0x41),
      ),
    ).toEqual({
      type: "ack",
      bytes: 0x41,
    });
  });

  test("integers of 64 bits, as other languages write them, are numbers", () => {
    const head = [0x82, ...type, 0xa3, ...Buffer.from("ack"), 0xa5, ...Buffer.from("bytes")];
    expect(decodeClientMessage(Uint8Array.of(...head, 0xcf, 0, 0, 1, 0, 0, 0, 0, 7))).toEqual({
      type: "ack",
      bytes: 2 ** 40 + 7,
    });
    expect(refusal(Uint8Array.of(...head, 0xcf, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0))).toContain("bytes");
  });

  function nestedMaps(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i + 3 <= length; i += 3) bytes.set([0x81, 0xa1, 0x61], i);
    return bytes;
  }
});
