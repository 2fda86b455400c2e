export {
  Api,
  type ApiOptions,
  type Credentials,
  type Fetch,
  type Input,
  type ManifestAnswer,
  type ManifestQuery,
  type Myself,
  type TaskQuery,
} from "./api.ts";
export { requireTaskId, serverAddress, socketAddress } from "./api-url.ts";
export { type Clock, systemClock } from "./clock.ts";
export { firstLineSince } from "./first-line-since.ts";
export { type FollowOptions, follow } from "./follow.ts";
export type { ConnectionEvent, FollowEvent, LinesEvent } from "./follow-events.ts";
export { type LineFilter, LineMatcher } from "./line-filter.ts";
export type { LineRange, LogSource, LogStatus } from "./log-source.ts";
export { type LogSourceOptions, openLogSource } from "./open-log-source.ts";
export type { ReconnectOptions } from "./reconnect.ts";
export {
  type OpenSocket,
  type Socket,
  type SocketEvents,
  type SocketOptions,
  webSocketOpener,
} from "./socket.ts";
export { type WatchEvent, watchTasks } from "./watch-tasks.ts";
