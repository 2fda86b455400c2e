export {
  type ChunkHeader,
  type Columns,
  checkChunkSize,
  chunkVersion,
  countCells,
  countFlags,
  type Decompress,
  decodeColumns,
  decodeLines,
  encodeColumns,
  encodeFrame,
  type Frame,
  LineBlock,
  lastSequence,
  levelOf,
  openFrame,
  pack,
  renumberFrame,
  sourceOf,
  unpack,
} from "./chunk.ts";
export { isContinuation } from "./continuation.ts";
export { crc32 } from "./crc32.ts";
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
  levels,
  lineFlags,
  type Source,
  sourceCode,
  sources,
  terminatorBytes,
} from "./line.ts";
export { linesOf } from "./lines-of.ts";
export {
  type Manifest,
  type ManifestSegment,
  manifest,
  manifestSegment,
  type TaskRecord,
  type TaskStatus,
  taskRecord,
  taskStatuses,
} from "./manifest.ts";
export {
  type AttemptState,
  type AttemptSummary,
  attemptStates,
  attemptSummary,
  type ClientMessage,
  decodeClientMessage,
  decodeServerMessage,
  type End,
  encodeMessage,
  errorCodeOf,
  type Hello,
  protocolVersion,
  type ServerMessage,
  type Subscribe,
  subprotocol,
} from "./messages.ts";
