import { join } from "node:path";
import {
  type Environment,
  findConfigFile,
  type ReadFlags,
  type Resolved,
  resolve,
  type Values,
} from "@keruta/config";
import type { Level } from "@keruta/protocol";
import { baseUrl } from "./server-address.ts";
import { type AgentSettings, agentSettings } from "./settings.ts";
import type { SpoolPolicy } from "./spool.ts";

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

/** A script file to be run, a command, or what the server has as the task's script. */
export type Run =
  | { readonly script: string; readonly args: readonly string[] }
  | { readonly command: readonly string[] }
  | TaskScriptRun;

export interface TaskScriptRun {
  readonly taskId: string;
  readonly server: ServerConfig;
  /** The script is put below it, and run in it. */
  readonly workDirectory: string;
}

export type StdinMode = AgentValues["execute.stdin"];

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
  /** Of that terminal; what is not given is that of our own, or 80 by 24. */
  readonly windowSize: { readonly columns?: number; readonly rows?: number };
  readonly detectInput: boolean;
  /** Lines of `keruta-agent log` below this are left out. */
  readonly leastOwnLevel: Level;
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
  readonly masking: MaskingConfig;
}

/** What is kept out of a log. */
export interface MaskingConfig {
  /** Names of environment variables whose values are secret; `*` stands for any characters, case does not count. */
  readonly environment: readonly string[];
  /** Files whose contents are secret, or directories of such files. */
  readonly files: readonly string[];
  /** What they match is secret. */
  readonly patterns: readonly RegExp[];
  /** What they match is masked; with `drop`, the lines they match are left out. */
  readonly excludePatterns: readonly RegExp[];
  /** Where there are any that do not match everything, lines that match none of them are left out. */
  readonly includePatterns: readonly RegExp[];
  readonly mode: "mask" | "drop";
  /** Lines of the script that state a lower level are left out. Absent: none is. */
  readonly leastLevel?: Level;
}

/** The agent's own port. */
export interface MonitoringConfig {
  /** Absent: no metrics. */
  readonly metricsPort?: number;
}

export interface FlushConfig {
  /** Its `apiUrl` is absent: where each spool's own record says. */
  readonly server: ServerAccess & { readonly apiUrl?: string };
  readonly spoolDirectory: string;
  readonly drainTimeoutMs: number;
}

/** What is set, typed by the table of settings. */
export type AgentValues = Values<AgentSettings>;

/** The base name of the configuration file. */
export const configName = "config";

/** Every setting, from the flags, the environment, the file and the defaults. Throws `ConfigError`. */
export function readSettings(flags: ReadFlags["given"], environment: Environment): Resolved<AgentSettings> {
  const flag = flags.get("KERUTA_CONFIG")?.given;
  const places = {
    flag: flag === undefined ? undefined : String(flag),
    variable: "KERUTA_CONFIG",
    baseName: configName,
  };
  const file = findConfigFile(places, environment);
  return resolve(agentSettings, { flags, environment, file, prefix: "KERUTA_" });
}

/** `operands`: the command, or the arguments of `script`. Throws `UsageError`. */
export function executeConfig(
  values: AgentValues,
  script: string | undefined,
  operands: readonly string[],
  environment: Environment,
): ExecuteConfig {
  const columns = values["execute.columns"];
  const rows = values["execute.rows"];
  return {
    run: runOf(values, script, operands, environment),
    ...(values["logStreaming.enabled"] ? { streaming: streamingConfig(values, environment) } : {}),
    timeoutMs: values["execute.timeout"],
    killGraceMs: values["execute.killGrace"],
    outputGraceMs: values["execute.outputGrace"],
    stdin: values["execute.stdin"],
    pty: values["execute.pty"],
    windowSize: {
      ...(columns === undefined ? {} : { columns }),
      ...(rows === undefined ? {} : { rows }),
    },
    detectInput: values["inputDetection.autoDetect"],
    leastOwnLevel: leastOwnLevel(values),
    monitoring: monitoringConfig(values),
  };
}

function runOf(
  values: AgentValues,
  script: string | undefined,
  operands: readonly string[],
  environment: Environment,
): Run {
  if (script !== undefined) return { script, args: operands };
  if (operands.length > 0) return { command: operands };
  const taskId = values["task.id"];
  if (taskId === undefined)
    throw new UsageError(
      "nothing to run: give --script FILE, a command after --, or --task-id ID of a task that has a script",
    );
  return { taskId, server: serverConfig(values), workDirectory: workDirectory(values, environment) };
}

function streamingConfig(values: AgentValues, environment: Environment): StreamingConfig {
  const leastLevel = values["logStreaming.level"];
  return {
    taskId: taskIdOf(values),
    server: serverConfig(values),
    spoolDirectory: spoolDirectory(values, environment),
    spoolMaxBytes: values["spool.maxBytes"],
    spoolPolicy: values["spool.policy"],
    drainTimeoutMs: values["execute.drainTimeout"],
    flushIntervalMs: values["logStreaming.flushInterval"],
    maxLineBytes: values["logStreaming.filters.maxMessageLength"],
    labels: values["execute.labels"],
    masking: {
      environment: values["masking.environment"],
      files: values["masking.files"],
      patterns: values["masking.patterns"],
      excludePatterns: values["logStreaming.filters.excludePatterns"],
      includePatterns: values["logStreaming.filters.includePatterns"],
      mode: values["masking.mode"],
      ...(leastLevel === undefined ? {} : { leastLevel }),
    },
  };
}

/** Throws `UsageError`. */
export function flushConfig(
  { values, origins }: Resolved<AgentSettings>,
  environment: Environment,
): FlushConfig {
  const { apiUrl, ...access } = serverConfig(values);
  return {
    server: origins["api.url"].from === "default" ? access : { ...access, apiUrl },
    spoolDirectory: spoolDirectory(values, environment),
    drainTimeoutMs: values["execute.drainTimeout"],
  };
}

/** Throws `UsageError`. */
export function taskIdOf(values: AgentValues): string {
  const taskId = values["task.id"];
  if (taskId === undefined) throw new UsageError("no task: give --task-id ID, or set KERUTA_TASK_ID");
  return taskId;
}

/** Throws `UsageError`. */
export function serverConfig(values: AgentValues): ServerConfig {
  const webSocketUrl = values["websocket.url"];
  const caFile = values["websocket.security.certPath"];
  return {
    apiUrl: baseUrl(values["api.url"]),
    ...(webSocketUrl === undefined ? {} : { webSocketUrl }),
    credentials: credentials(values),
    requestTimeoutMs: values["api.timeout"],
    retryCount: values["api.retryCount"],
    retryIntervalMs: values["api.retryInterval"],
    connectTimeoutMs: values["websocket.timeout"],
    reconnectMaxMs: values["websocket.reconnectInterval"],
    unhealthyAfterAttempts: values["websocket.maxReconnectAttempts"],
    tls: {
      verify: values["websocket.security.verifyCert"],
      ...(caFile === undefined ? {} : { caFile }),
    },
  };
}

/** Where `log` puts a line that goes by HTTP, and which lines are left out. Throws `UsageError`. */
export interface LogDestination {
  readonly taskId: string;
  readonly server: ServerConfig;
  readonly leastLevel: Level;
}

export function logDestination(values: AgentValues): LogDestination {
  return { taskId: taskIdOf(values), server: serverConfig(values), leastLevel: leastOwnLevel(values) };
}

/** The token, unless there is only a key, or the key is asked for. */
function credentials(values: AgentValues): Readonly<Record<string, string>> {
  const { "api.token": token, "api.key": key, "api.authType": type } = values;
  if (type === "api-key" && key === undefined)
    throw new UsageError(
      "KERUTA_AUTH_TYPE (api.authType) is api-key, but there is no KERUTA_API_KEY (api.key)",
    );
  if (key !== undefined && (type === "api-key" || token === undefined)) return { "X-API-Key": key };
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

function leastOwnLevel(values: AgentValues): Level {
  return values["logging.verbose"] ? "DEBUG" : values["logging.level"];
}

function monitoringConfig(values: AgentValues): MonitoringConfig {
  const hasMetrics = values["monitoring.enabled"] && values["monitoring.prometheus.enabled"];
  return hasMetrics ? { metricsPort: values["monitoring.prometheus.port"] } : {};
}

export function spoolDirectory(values: AgentValues, environment: Environment): string {
  return values["spool.dir"] ?? join(workDirectory(values, environment), ".keruta", "spool");
}

function workDirectory(values: AgentValues, environment: Environment): string {
  // The documented default is a Pod's volume; elsewhere /work is nobody's.
  return values.workDir ?? (environment["KUBERNETES_SERVICE_HOST"] ? "/work" : process.cwd());
}
