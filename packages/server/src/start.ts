import { type ClientMessage, KerutaError, type TaskStatus } from "@keruta/protocol";
import { Admission } from "./admit.ts";
import { tellAll } from "./attempt-events.ts";
import { refuseToBeOpen } from "./auth/open-beyond-loopback.ts";
import { type ServerOptions, type Settings, settingsOf } from "./config.ts";
import type { BeginSession } from "./connection.ts";
import { prepareDataFolder } from "./data-folder.ts";
import { CatchUp } from "./feed/catch-up.ts";
import { Hub } from "./feed/hub.ts";
import { StatusFeed } from "./feed/status-feed.ts";
import { taskFollowing } from "./feed/task-follower.ts";
import { ViewerSession } from "./feed/viewer-session.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Identity } from "./identity.ts";
import { AgentSession } from "./ingest/agent-session.ts";
import { Claims } from "./ingest/claims.ts";
import { openJson } from "./json/open-json.ts";
import { openLifecycle } from "./lifecycle/lifecycle.ts";
import { type ListenParts, listen } from "./listen.ts";
import { ServerMetrics } from "./metrics/server-metrics.ts";
import { nowUs } from "./now-us.ts";
import { observeTo } from "./observe.ts";
import { httpRoutes, type RouteParts } from "./routes.ts";
import { StartError } from "./start-error.ts";
import { stopGracefully } from "./stop.ts";
import type { AttemptKey, LogStore } from "./store/log-store.ts";
import { Sealer } from "./store/sealer.ts";
import { openSqliteLogStore } from "./store/sqlite/sqlite-log-store.ts";

export interface RunningServer {
  /** Where it answers, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** Tells everyone to come back later, commits what has arrived, closes. Repeating it waits for the first. */
  stop(reason?: string): Promise<void>;
}

/** Builds the parts and hands them to each other. Throws `StartError` where the operator must act. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const settings = settingsOf(options);
  refuseToBeOpen(settings, settings.logger);
  const admission = new Admission(settings);
  prepareDataFolder(settings.dataDir);
  const store = await openStore(settings.dataDir);
  try {
    return await run(settings, store, admission);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openStore(dataDir: string): Promise<LogStore> {
  try {
    return await openSqliteLogStore(dataDir);
  } catch (cause) {
    throw new StartError(`cannot open the store: ${(cause as Error).message}`, { cause });
  }
}

async function run(settings: Settings, store: LogStore, admission: Admission): Promise<RunningServer> {
  const { logger } = settings;
  const hub = new Hub(settings);
  const sealer = new Sealer(store, settings, logger, (attempt) => hub.isWatched(attempt));
  const claims = new Claims();
  const isConnected = (attempt: AttemptKey) => claims.isConnected(attempt);
  const mayGoOn = (identity: Identity) => admission.authenticator.mayGoOn(identity);
  const heartbeat = new Heartbeat(settings, () => performance.now(), mayGoOn);
  const connections = () => {
    const agent = claims.count;
    return { agent, other: heartbeat.count - agent };
  };
  const ringBytes = () => hub.ringBytes;
  const countTasks = (status: TaskStatus) => store.countTasks({ status });
  const sources = { ringBytes, connections, countTasks };
  const metrics = new ServerMetrics(sources, settings.metrics.taskLabel, nowUs);
  const observer = observeTo(logger, metrics);
  const events = tellAll([hub, sealer, metrics]);
  const taskDeleted = (taskId: string) => {
    hub.deleted(taskId);
    sealer.taskDeleted(taskId);
  };
  const taskChanged = (taskId: string) => hub.taskChanged(taskId);
  const lifecycle = openLifecycle({
    store,
    agents: claims,
    events,
    taskChanged,
    taskDeleted,
    settings,
    logger,
  });
  const { actions, agentEvents } = lifecycle;
  const ingest = { store, claims, events, agentEvents, tuning: settings };
  const feed = { store, hub, catchUp: new CatchUp(store), isConnected, tuning: settings };
  const begin: BeginSession = (connection, first) => {
    const { taskId } = connection.place;
    if (taskId === undefined) return new StatusFeed(connection, hub, settings);
    return isAgent(first)
      ? new AgentSession(connection, taskId, ingest)
      : new ViewerSession(connection, taskId, feed);
  };

  let stopping: Promise<void> | undefined;
  const { signIn, limiter } = admission;
  const paceLines: RouteParts["paceLines"] = (...of) => limiter.paceLines(...of);
  const json = openJson({
    follow: taskFollowing(feed),
    actions,
    store,
    listen: (told) => hub.listen(told),
    statusIntervalMs: settings.statusIntervalMs,
    pace: paceLines,
    refused: (code) => observer.refused(code),
    logger,
  });
  const isStopping = () => stopping !== undefined;
  const { panel, debug } = settings;
  const metricsReader = settings.metrics.enabled ? metrics : undefined;
  const { fetch } = httpRoutes({
    store,
    isConnected,
    actions,
    signIn,
    paceLines,
    isStopping,
    metricsReader,
    debug,
    panel,
    logger,
  });
  const server = listenOrStop(settings, heartbeat, {
    fetch,
    admission,
    begin,
    beginText: json.begin,
    heartbeat,
    logger,
    observer,
    isStopping,
    hasRoom: () => heartbeat.count < settings.maxConnections,
  });
  await sealer.start();
  await lifecycle.start();
  logger.info({ url: server.url.origin, dataDir: settings.dataDir }, "listening");

  return {
    url: server.url.origin,
    port: server.port!,
    stop: (reason = "the server is being stopped") => {
      stopping ??= stopGracefully({ server, heartbeat, json, sealer, lifecycle, store, settings }, reason);
      return stopping;
    },
  };
}

function listenOrStop(settings: Settings, heartbeat: Heartbeat, parts: ListenParts) {
  try {
    return listen(settings, parts);
  } catch (error) {
    heartbeat.stop();
    throw error;
  }
}

function isAgent(first: ClientMessage): boolean {
  if (first.type === "hello") return true;
  if (first.type === "subscribe") return false;
  throw new KerutaError(
    "INVALID_MESSAGE_FORMAT",
    `the first message must be hello or subscribe, not ${first.type}`,
  );
}
