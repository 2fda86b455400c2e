import { join } from "node:path";
import { isTaskId, type Level, limits } from "@keruta/protocol";
import type { SpoolPolicy } from "./spool.ts";
import { parseBytes, parseDurationMs } from "./units.ts";

/** Options that do not make sense; the program says so and exits with 2. */
export class UsageError extends Error {}

/** How a server is spoken to, wherever it is. */
export interface ServerAccess {
  /** Where tasks' sockets are, when that is not under `apiUrl`; see `taskSocketUrl`. */
  readonly webSocketUrl?: string;
  /** What says who we are: `Authorization` or `X-API-Key`, or nothing. Never to be logged. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly requestTimeoutMs: number;
  /** How often an HTTP request that failed is made again, and after how long. */
  readonly retryCount: number;
  readonly retryIntervalMs: number;
  /** A connection that is not welcomed by then is given up. */
  readonly connectTimeoutMs: number;
  readonly reconnectMaxMs: number;
  /** After so many connections that failed the agent is unhealthy; it goes on trying. */
  readonly unhealthyAfterAttempts: number;
  readonly tls: { readonly verify: boolean; readonly caFile?: string };
}

export interface ServerConfig extends ServerAccess {
  /** `http://host:port`, without a path of the API. */
  readonly apiUrl: string;
}

/** A script file to be run, or a command. */
export type Run =
  | { readonly script: string; readonly args: readonly string[] }
  | { readonly command: readonly string[] };

/** The script's standard input: `auto` is the server's where a log is streamed, else our own. */
export const stdinModes = ["auto", "server", "inherit", "none"] as const;
export type StdinMode = (typeof stdinModes)[number];

export interface ExecuteConfig {
  readonly run: Run;
  /** Absent: the script is only run. */
  readonly streaming?: StreamingConfig;
  /** 0: none. */
  readonly timeoutMs: number;
  readonly killGraceMs: number;
  /** How long to read on after the script's exit when something it started still holds its output. */
  readonly outputGraceMs: number;
  readonly stdin: StdinMode;
  /** The script runs on a terminal. */
  readonly pty: boolean;
  readonly detectInput: boolean;
  readonly diagnostics: DiagnosticsConfig;
  readonly monitoring: MonitoringConfig;
}

export interface StreamingConfig {
  readonly taskId: string;
  readonly server: ServerConfig;
  readonly spoolDirectory: string;
  readonly spoolMaxBytes: number;
  readonly spoolPolicy: SpoolPolicy;
  readonly drainTimeoutMs: number;
  readonly flushIntervalMs: number;
  readonly maxLineBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Lines of the script below this are left out of the log. Absent: none is. */
  readonly leastLevel?: Level;
  readonly masking: MaskingConfig;
}

/** What is kept out of a log. */
export interface MaskingConfig {
  /** Names of environment variables whose values are secret; `*` stands for any characters, case does not count. */
  readonly environment: readonly string[];
  /** Files whose contents are secret. */
  readonly files: readonly string[];
  /** What they match is secret. */
  readonly patterns: readonly RegExp[];
  /** What they match is masked; with `drop`, the lines they match are left out. */
  readonly excludePatterns: readonly RegExp[];
  /** Where there are any, lines that match none of them are treated like those of `excludePatterns`. */
  readonly includePatterns: readonly RegExp[];
  readonly mode: "mask" | "drop";
}

/** What the agent says of itself, on stderr. */
export interface DiagnosticsConfig {
  readonly level: Level;
  readonly format: "json" | "text";
}

/** The agent's own port. */
export interface MonitoringConfig {
  /** Absent: no metrics. */
  readonly metricsPort?: number;
  /** Absent: no profiles. */
  readonly debugPort?: number;
}

export interface FlushConfig {
  /** Its `apiUrl` is absent: where each spool's own record says. */
  readonly server: ServerAccess & { readonly apiUrl?: string };
  readonly spoolDirectory: string;
  readonly drainTimeoutMs: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Options as they stand on the command line. */
export interface RawOptions {
  readonly taskId?: string;
  readonly script?: string;
  readonly apiUrl?: string;
  readonly workDir?: string;
  readonly spoolDir?: string;
  readonly timeout?: string;
  readonly killGrace?: string;
  readonly drainTimeout?: string;
  readonly outputGrace?: string;
  readonly flushInterval?: string;
  readonly maxLineBytes?: string;
  readonly spoolMaxBytes?: string;
  readonly spoolPolicy?: string;
  readonly label?: readonly string[];
  readonly disableLogStreaming?: boolean;
}

export const defaults = {
  apiUrl: "http://127.0.0.1:8080",
  timeout: "0",
  killGrace: "10",
  drainTimeout: "30",
  outputGrace: "2",
  flushInterval: "20",
  maxLineBytes: String(limits.defaultMaxLineBytes),
  spoolMaxBytes: "1GiB",
  spoolPolicy: "block",
} as const;

/** Throws `UsageError`. */
export function executeConfig(raw: RawOptions, operands: readonly string[], env: Environment): ExecuteConfig {
  if (raw.script === undefined && operands.length === 0)
    throw new UsageError("nothing to run: give --script FILE, or a command after --");
  return {
    run: raw.script === undefined ? { command: operands } : { script: raw.script, args: operands },
    ...(raw.disableLogStreaming ? {} : { streaming: streamingConfig(raw, env) }),
    stdin: "auto",
    pty: false,
    detectInput: true,
    diagnostics: { level: "INFO", format: "text" },
    monitoring: {},
    timeoutMs: duration("--timeout", raw.timeout ?? defaults.timeout),
    killGraceMs: duration("--kill-grace", raw.killGrace ?? defaults.killGrace),
    outputGraceMs: duration("--output-grace", raw.outputGrace ?? defaults.outputGrace),
  };
}

function streamingConfig(raw: RawOptions, env: Environment): StreamingConfig {
  return {
    taskId: taskIdOf(raw.taskId ?? env["KERUTA_TASK_ID"]),
    server: {
      ...access(env),
      apiUrl: baseUrl(raw.apiUrl ?? (env["KERUTA_API_URL"] || defaults.apiUrl)),
    },
    spoolDirectory: spoolDirectory(raw, env),
    spoolMaxBytes: atLeast(
      "--spool-max-bytes",
      bytes("--spool-max-bytes", raw.spoolMaxBytes ?? defaults.spoolMaxBytes),
      64 * 1024,
    ),
    spoolPolicy: policy(raw.spoolPolicy ?? defaults.spoolPolicy),
    drainTimeoutMs: duration("--drain-timeout", raw.drainTimeout ?? defaults.drainTimeout),
    flushIntervalMs: duration("--flush-interval", raw.flushInterval ?? defaults.flushInterval, 1),
    maxLineBytes: maxLineBytes(raw.maxLineBytes ?? defaults.maxLineBytes),
    labels: labels(raw.label ?? []),
    masking: {
      environment: [],
      files: [],
      patterns: [],
      excludePatterns: [],
      includePatterns: [],
      mode: "mask",
    },
  };
}

/** Throws `UsageError`. */
export function flushConfig(raw: RawOptions, env: Environment): FlushConfig {
  const apiUrl = raw.apiUrl ?? env["KERUTA_API_URL"];
  return {
    server: {
      ...access(env),
      ...(apiUrl === undefined || apiUrl === "" ? {} : { apiUrl: baseUrl(apiUrl) }),
    },
    spoolDirectory: spoolDirectory(raw, env),
    drainTimeoutMs: duration("--drain-timeout", raw.drainTimeout ?? defaults.drainTimeout),
  };
}

function taskIdOf(taskId: string | undefined): string {
  if (taskId === undefined || taskId === "")
    throw new UsageError("no task: give --task-id ID, or set KERUTA_TASK_ID");
  if (!isTaskId(taskId))
    throw new UsageError(
      `"${taskId}" cannot be a task id: it may not hold blanks, slashes, ? or #, and not be longer than ${limits.maxTaskIdLength}`,
    );
  return taskId;
}

function access(env: Environment): ServerAccess {
  const token = env["KERUTA_API_TOKEN"] || env["KERUTA_AUTH_TOKEN"];
  return {
    credentials: token ? { Authorization: `Bearer ${token}` } : {},
    requestTimeoutMs: 30_000,
    retryCount: 3,
    retryIntervalMs: 5_000,
    connectTimeoutMs: 30_000,
    reconnectMaxMs: 30_000,
    unhealthyAfterAttempts: 10,
    tls: { verify: true },
  };
}

/** Documents give the address with and without `/api/v1`; both mean the same server. */
export function baseUrl(apiUrl: string): string {
  let url: URL;
  try {
    url = new URL(apiUrl);
  } catch {
    throw new UsageError(`"${apiUrl}" is not a URL: write it as http://host:port`);
  }
  if (!["http:", "https:", "ws:", "wss:"].includes(url.protocol))
    throw new UsageError(`"${apiUrl}" is not an address of a server: it must begin with http:// or https://`);
  const path = url.pathname.replace(/\/+$/, "").replace(/\/api(\/v1)?$/, "");
  return `${url.protocol.replace("ws", "http")}//${url.host}${path}`;
}

/**
 * Where an agent of the task connects: `/ws/tasks/{taskId}` of the server, or what `webSocketUrl` names, to which the
 * task is appended unless it ends in it.
 */
export function taskSocketUrl({ apiUrl, webSocketUrl }: ServerAddress, taskId: string): string {
  const name = encodeURIComponent(taskId);
  if (webSocketUrl === undefined) return `${apiUrl.replace(/^http/, "ws")}/ws/tasks/${name}`;
  const url = webSocketUrl.replace(/^http/, "ws").replace(/\/+$/, "");
  return url.endsWith(`/${name}`) ? url : `${url}/${name}`;
}

type ServerAddress = Pick<ServerConfig, "apiUrl" | "webSocketUrl">;

function spoolDirectory(raw: RawOptions, env: Environment): string {
  return raw.spoolDir || env["KERUTA_SPOOL_DIR"] || join(workDirectory(raw, env), ".keruta", "spool");
}

function workDirectory(raw: RawOptions, env: Environment): string {
  // The documented default is a Pod's volume; elsewhere /work is nobody's.
  return raw.workDir || env["KERUTA_WORK_DIR"] || (env["KUBERNETES_SERVICE_HOST"] ? "/work" : process.cwd());
}

function duration(option: string, text: string, defaultUnitMs?: number): number {
  return parsed(option, () => parseDurationMs(text, defaultUnitMs));
}

function bytes(option: string, text: string): number {
  return parsed(option, () => parseBytes(text));
}

function parsed(option: string, parse: () => number): number {
  try {
    return parse();
  } catch (cause) {
    throw new UsageError(`${option}: ${(cause as Error).message}`);
  }
}

function atLeast(option: string, value: number, least: number): number {
  if (value < least) throw new UsageError(`${option}: it must be at least ${least}`);
  return value;
}

const leastMaxLineBytes = 16;

function maxLineBytes(text: string): number {
  const value = atLeast("--max-line-bytes", bytes("--max-line-bytes", text), leastMaxLineBytes);
  if (value > limits.maxLineBytes)
    throw new UsageError(`--max-line-bytes: it must be at most ${limits.maxLineBytes}`);
  return value;
}

function policy(text: string): SpoolPolicy {
  if (text !== "block" && text !== "drop-oldest")
    throw new UsageError(`--spool-policy: "${text}" is not known: write block or drop-oldest`);
  return text;
}

/** What the protocol takes of a key or a value. */
const maxLabelLength = 1_024;

function labels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new UsageError(`--label: "${pair}" is not of the form KEY=VALUE`);
      if (pair.length > maxLabelLength)
        throw new UsageError(`--label: "${pair.slice(0, at)}" is longer than ${maxLabelLength} characters`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
