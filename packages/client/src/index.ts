export {
  Api,
  type ApiOptions,
  type Fetch,
  type ManifestAnswer,
  type ManifestQuery,
  type TaskQuery,
} from "./api.ts";
export { requireTaskId, serverAddress, socketAddress } from "./api-url.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { ConnectionEvent, FollowEvent, LinesEvent } from "./follow-events.ts";
export type { LineFilter, LineRange, LogSource, LogStatus } from "./log-source.ts";
export { type OpenSocket, type Socket, type SocketEvents, webSocketOpener } from "./socket.ts";
