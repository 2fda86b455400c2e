import { bounds } from "./bounds.ts";
import type { ServerConfig } from "./config.ts";
import { type RunRecord, touchRunRecord } from "./run-record.ts";
import { taskSocketUrl } from "./server-address.ts";
import type { Spool } from "./spool.ts";
import { tlsOptions } from "./tls.ts";
import { Uplink, type UplinkListeners } from "./uplink.ts";
import { userAgent, version } from "./version.ts";

/** An uplink for the attempt a run record describes. Throws `UsageError`. */
export function uplinkOf(
  record: RunRecord,
  spool: Spool,
  server: ServerConfig,
  listeners: UplinkListeners = {},
): Uplink {
  return new Uplink({
    url: taskSocketUrl(server, record.taskId),
    headers: { "User-Agent": userAgent, ...server.credentials },
    tls: tlsOptions(server.tls),
    connectTimeoutMs: server.connectTimeoutMs,
    reconnectMaxMs: server.reconnectMaxMs,
    unhealthyAfterAttempts: server.unhealthyAfterAttempts,
    hello: {
      runId: record.runId,
      startedAtUs: record.startedAtUs,
      agent: {
        version,
        host: record.host,
        pid: record.pid,
        command: record.command.slice(0, 1_024),
        ...(Object.keys(record.labels).length > 0 ? { labels: record.labels } : {}),
      },
    },
    spool,
    listeners,
  });
}

/** Says every now and then that the spool has an owner. Returns what stops it. */
export function keepHeartbeat(directory: string): () => void {
  const timer = setInterval(() => {
    try {
      touchRunRecord(directory);
    } catch {
      // The disk does not work; the spool says so where it matters.
    }
  }, bounds.ownerHeartbeatMs);
  return () => clearInterval(timer);
}
