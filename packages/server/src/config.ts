import { ConfigError, defaultsOf, type Values } from "@keruta/config";
import { limits } from "@keruta/protocol";
import type { AuthSettings } from "./auth-settings.ts";
import { createLogger, type Logger } from "./logger.ts";
import type { PanelAssets } from "./panel-assets.ts";
import { serverSettings } from "./settings.ts";

/** What an operator sets. */
export interface OperatorSettings {
  /** Loopback unless told otherwise: a server that asks nobody who they are is not reachable from elsewhere. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Folder of the database; created where it does not exist. */
  readonly dataDir: string;
  /** Where it is reached from outside, when that is not where it listens. */
  readonly publicUrl?: string | undefined;
  /** Names (`Host` headers) it answers to besides its own address and loopback. `*`: any. */
  readonly allowedHosts: readonly string[];
  /** Other origins whose pages may use the API. `*`: any, without credentials. */
  readonly allowedOrigins: readonly string[];
  /** Listen beyond loopback though nobody has to say who they are. */
  readonly insecure: boolean;
  /** Absent: no TLS. */
  readonly tls?: TlsSettings | undefined;
  readonly auth: AuthSettings;
  /** WebSockets open at once. One more is refused with WEBSOCKET_CONNECTION_FAILED. */
  readonly maxConnections: number;
  readonly rateLimits: RateLimits;
  /** An attempt whose agent has not been connected for this long is given up. */
  readonly agentLostAfterMs: number;
  /** Lines for a task that does not exist create it. */
  readonly autoCreateTasks: boolean;
  readonly metrics: { readonly enabled: boolean; readonly taskLabel: boolean };
  /** The runtime's profiles under `/debug`, on loopback only. */
  readonly debug: boolean;
}

export interface TlsSettings {
  /** PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
}

/** Each is for one credential, or for one address where there is none. */
export interface RateLimits {
  readonly requestsPerMinute: number;
  /** So many at once are let through before the minute's rate counts. */
  readonly burst: number;
  readonly connectionsPerMinute: number;
  /** Lines submitted by REST or JSON. Past it the sender waits; nothing is dropped. */
  readonly logsPerMinute: number;
}

export interface ServerOptions extends Partial<OperatorSettings> {
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

export interface Settings extends Tuning, OperatorSettings {
  readonly panel: PanelAssets | undefined;
  readonly logger: Logger;
}

/** Where it is not told otherwise, each setting has the default of the table. */
export function settingsOf(options: ServerOptions): Settings {
  const { panel, logger = createLogger("info"), tuning, ...operator } = options;
  const byDefault = operatorSettings(defaultsOf(serverSettings));
  return { ...defaults, ...tuning, ...byDefault, ...operator, panel, logger };
}

/** Throws `ConfigError` where settings do not go together. */
export function operatorSettings(values: Values<typeof serverSettings>): OperatorSettings {
  return {
    host: values["server.host"],
    port: values["server.port"],
    dataDir: values["server.dataDir"],
    publicUrl: values["server.publicUrl"],
    allowedHosts: values["server.allowedHosts"],
    allowedOrigins: values["server.allowedOrigins"],
    insecure: values["server.insecure"],
    maxConnections: values["server.maxConnections"],
    tls: tlsSettings(values["server.tls.cert"], values["server.tls.key"]),
    auth: authSettings(values),
    rateLimits: {
      requestsPerMinute: values["rateLimit.requestsPerMinute"],
      burst: values["rateLimit.burst"],
      connectionsPerMinute: values["rateLimit.connectionsPerMinute"],
      logsPerMinute: values["rateLimit.logsPerMinute"],
    },
    agentLostAfterMs: values["agents.lostAfter"],
    autoCreateTasks: values["tasks.autoCreate"],
    metrics: { enabled: values["metrics.enabled"], taskLabel: values["metrics.taskLabel"] },
    debug: values["debug.enabled"],
  };
}

function authSettings(values: Values<typeof serverSettings>): AuthSettings {
  return {
    jwtSecret: values["auth.jwtSecret"],
    jwksUrl: values["auth.jwksUrl"],
    apiKeysFile: values["auth.apiKeysFile"],
    users: values["auth.users"],
    issuer: values["auth.issuer"],
    audience: values["auth.audience"],
    rolesClaim: values["auth.rolesClaim"],
    accessTokenLifetimeMs: values["auth.accessTokenLifetime"],
    refreshTokenLifetimeMs: values["auth.refreshTokenLifetime"],
    anonymousViewers: values["auth.anonymousViewers"],
    queryToken: values["auth.queryToken"],
  };
}

function tlsSettings(certFile: string | undefined, keyFile: string | undefined): TlsSettings | undefined {
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  if (certFile === undefined && keyFile === undefined) return undefined;
  const [given, missing] = certFile === undefined ? ["key", "cert"] : ["cert", "key"];
  throw new ConfigError([
    `server.tls.${given} (--tls-${given}) is given without server.tls.${missing}: TLS needs both`,
  ]);
}
