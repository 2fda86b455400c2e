export { crc32 } from "#crc32";
export {
  type ChunkHeader,
  checkChunkSize,
  chunkVersion,
  countCells,
  encodeFrame,
  type Frame,
  lastSequence,
  openFrame,
  renumberFrame,
} from "./chunk.ts";
export {
  type Columns,
  countFlags,
  type Decompress,
  decodeColumns,
  decodeLines,
  encodeColumns,
} from "./columns.ts";
export { isContinuation } from "./continuation.ts";
export { type ErrorAction, type ErrorCode, errorKinds, isTerminalClose, KerutaError } from "./errors.ts";
export { type Detected, detectLevel } from "./level.ts";
export { isTaskId, limits } from "./limits.ts";
export {
  flagsLevel,
  flagsSource,
  type Level,
  type Line,
  LineFlag,
  levelCode,
  levelOf,
  levels,
  lineFlags,
  type Source,
  sourceCode,
  sourceOf,
  sources,
  terminatorBytes,
} from "./line.ts";
export { LineBlock } from "./line-block.ts";
export { lineAt, linesOf } from "./lines-of.ts";
export {
  linesKept,
  type Manifest,
  type ManifestSegment,
  readManifest,
  readTaskRecord,
  type TaskRecord,
  type TaskStatus,
  taskStatuses,
  taskStatusOf,
} from "./manifest.ts";
export { pack, unpack } from "./message-pack.ts";
export {
  type AttemptState,
  type AttemptSummary,
  attemptStates,
  type ClientMessage,
  decodeClientMessage,
  decodeServerMessage,
  type End,
  encodeMessage,
  errorCodeOf,
  type Hello,
  protocolVersion,
  readAttemptSummary,
  type ServerMessage,
  type Subscribe,
  subprotocol,
} from "./messages.ts";
export { releaseBytes } from "./release-bytes.ts";
