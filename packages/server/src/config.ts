import { limits } from "@keruta/protocol";
import { createLogger, type Logger } from "./logger.ts";
import type { PanelAssets } from "./panel-assets.ts";

export interface ServerOptions {
  /** Default 127.0.0.1: the server is not protected by itself, so it is not reachable by itself. */
  readonly host?: string;
  /** Default 8080; 0 takes any free port. */
  readonly port?: number;
  /** Folder of the database; created where it does not exist. */
  readonly dataDir: string;
  /** Absent: the API only. */
  readonly panel?: PanelAssets;
  readonly logger?: Logger;
  /** Bounds to run with instead of the defaults. */
  readonly tuning?: Partial<Tuning>;
}

/** Every bound of the server that is not the protocol's. */
export interface Tuning {
  readonly ingestWindowBytes: number;
  readonly viewerWindowBytes: number;
  readonly helloTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly silenceTimeoutMs: number;
  /** Recent chunks of one watched attempt kept in memory; older ones are read from the store. */
  readonly ringBytes: number;
  /** The same over all attempts; the attempt whose last line is oldest loses its ring first. */
  readonly ringTotalBytes: number;
  /** A viewer is not sent more while its socket holds this much unsent. */
  readonly socketBufferBytes: number;
  /** An attempt is named on the status feed at most this often. */
  readonly statusIntervalMs: number;
  /** Sealing waits while more than this arrives a second... */
  readonly sealQuietRawBytesPerSecond: number;
  /** ...until so much is waiting to be sealed. */
  readonly sealMaxBacklogRawBytes: number;
  /** A graceful stop waits at most this long for what has arrived to be committed. */
  readonly stopTimeoutMs: number;
  /** Clients told to go away come back after a random part of this. */
  readonly goawayJitterMs: number;
}

const defaults: Tuning = {
  ingestWindowBytes: limits.ingestWindowBytes,
  viewerWindowBytes: limits.viewerWindowBytes,
  helloTimeoutMs: limits.helloTimeoutMs,
  pingIntervalMs: limits.pingIntervalMs,
  silenceTimeoutMs: limits.silenceTimeoutMs,
  ringBytes: 512 * 1024,
  ringTotalBytes: 32 * 1024 * 1024,
  socketBufferBytes: 16 * 1024,
  statusIntervalMs: 200,
  sealQuietRawBytesPerSecond: 32 * 1024 * 1024,
  sealMaxBacklogRawBytes: 512 * 1024 * 1024,
  stopTimeoutMs: 5_000,
  goawayJitterMs: 2_000,
};

export interface Settings extends Tuning {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly panel: PanelAssets | undefined;
  readonly logger: Logger;
}

export function settingsOf(options: ServerOptions): Settings {
  const { host = "127.0.0.1", port = 8080, dataDir, panel, logger = createLogger("info"), tuning } = options;
  return { ...defaults, ...tuning, host, port, dataDir, panel, logger };
}
