import { errorKinds } from "@keruta/protocol";
import type { Server } from "bun";
import type { Settings } from "./config.ts";
import type { SocketData } from "./connection.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { LogStore } from "./store/log-store.ts";
import type { Sealer } from "./store/sealer.ts";

interface StopParts {
  readonly server: Server<SocketData>;
  readonly heartbeat: Heartbeat;
  /** Stores what its producers are not told about: when it has finished, all that they sent is asked of the store. */
  readonly json: { finish(): Promise<void> };
  readonly sealer: Sealer;
  readonly lifecycle: { stop(): void };
  readonly store: LogStore;
  readonly settings: Settings;
}

/**
 * Nothing new is let in; everyone connected is told when to come back, each at another moment, so that they do not
 * all come at once; what has arrived is committed and acknowledged; then the sockets and the store are closed.
 */
export async function stopGracefully(parts: StopParts, reason: string): Promise<void> {
  const { server, heartbeat, json, sealer, lifecycle, store, settings } = parts;
  settings.logger.info({ reason, connections: heartbeat.all().length }, "stopping");
  heartbeat.stop();
  lifecycle.stop();
  // Resolves only when the last socket has gone; the listener closes at once.
  const closed = server.stop(false);
  for (const connection of heartbeat.all()) {
    const retryAfterMs = Math.round(Math.random() * settings.goawayJitterMs);
    connection.goAway(reason, retryAfterMs);
  }
  await within(settings.stopTimeoutMs, Promise.all([json.finish(), settled(sealer, store)]));
  for (const connection of heartbeat.all())
    connection.close(errorKinds.SERVER_STOPPING.close, "SERVER_STOPPING");
  // Only what does not go by itself: a socket that is cut off meanwhile would not be told why.
  if (!(await within(settings.stopTimeoutMs, closed))) await server.stop(true);
  await store.close();
  settings.logger.info({}, "stopped");
}

/** No further merge, and a write behind everything that has arrived: when it has answered, so has all before it. */
async function settled(sealer: Sealer, store: LogStore): Promise<void> {
  await sealer.stop();
  await store.reclaim().catch(() => false);
}

/** Whether the work was done in time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: Timer | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isDone = await Promise.race([work.then(() => true), timeout]);
  clearTimeout(timer);
  return isDone;
}
