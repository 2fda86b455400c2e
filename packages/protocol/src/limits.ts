/**
 * Every bound of the protocol, in one place. Sizes are bytes unless the name says otherwise.
 * What happens at each bound is said beside it.
 */
export const limits = {
  /** A task id is the user's; longer ones, or ones that are not `isTaskId`, are refused (INVALID_INPUT). */
  maxTaskIdLength: 256,
  /** A line longer than this is split into continued lines (see `LineFlag.continued`); nothing is cut off. */
  defaultMaxLineBytes: 8_192,
  /** The agent never accepts a `maxLineBytes` above this: a line must fit a chunk. */
  maxLineBytes: 256 * 1024,
  /** The agent closes a chunk when its text reaches this. */
  chunkFlushBytes: 256 * 1024,
  /** A chunk with more text than this is refused (CHUNK_TOO_LARGE). */
  maxChunkRawBytes: 1024 * 1024,
  /** A chunk with more lines than this is refused (CHUNK_TOO_LARGE); the agent closes a chunk before it. */
  maxChunkLines: 65_536,
  /** The sealer closes a segment when its text reaches this. */
  segmentTargetRawBytes: 1024 * 1024,
  /** A segment with more text than this is a bug: the sealer closes one before it. */
  maxSegmentRawBytes: 2 * 1024 * 1024,
  /** The sealer closes a segment before it holds more lines than this. */
  maxSegmentLines: 524_288,
  /** Packed fields (structured data of lines) one chunk may hold. */
  maxFieldsBytes: 256 * 1024,
  /** A chunk whose fields are nested deeper than this is refused (CHUNK_INVALID). */
  maxFieldsDepth: 32,
  /** A WebSocket message longer than this ends the connection (1009). */
  maxMessageBytes: 1_600 * 1024,
  /** Messages other than `chunk` are refused past this (INVALID_MESSAGE_FORMAT). */
  maxControlMessageBytes: 64 * 1024,
  /** Text of a partial; the agent sends the last bytes of a longer one. */
  maxPartialBytes: 8_192,
  /** Lines that one submission over REST or JSON may hold (PAYLOAD_TOO_LARGE). */
  maxSubmittedLines: 10_000,
  /** Text and fields that one submission may hold (PAYLOAD_TOO_LARGE). */
  maxSubmittedBytes: 1024 * 1024,
  /** Text of one input for a script; a longer one is refused (INVALID_INPUT). */
  maxInputBytes: 32 * 1024,
  /** Inputs that wait for one task's script; one more is refused (RATE_LIMIT_EXCEEDED). */
  maxWaitingInputs: 1_024,
  /** Unacknowledged chunk bytes an agent may have on the way; past twice this the server ends the connection. */
  ingestWindowBytes: 2 * 1024 * 1024,
  /** Unacknowledged bytes the server sends a viewer; a single larger message goes out alone. */
  viewerWindowBytes: 256 * 1024,
  /** A connection that has not said `hello` or `subscribe` by then is closed (HELLO_TIMEOUT). */
  helloTimeoutMs: 10_000,
  /** The server sends `ping` on a connection this often. */
  pingIntervalMs: 20_000,
  /** A peer that has sent nothing for this long is taken for dead. */
  silenceTimeoutMs: 50_000,
} as const;

const taskIdPattern = /^[^\p{C}\p{Z}/\\?#]+$/u;

/** A task id may be any text without blanks, control characters, `/`, `\`, `?` or `#`; `status` is reserved. */
export function isTaskId(id: string): boolean {
  return (
    id.length <= limits.maxTaskIdLength &&
    taskIdPattern.test(id) &&
    id !== "status" &&
    id !== "." &&
    id !== ".."
  );
}
