import {
  acceptedSetting,
  anything,
  bytes,
  day,
  duration,
  hour,
  listOf,
  mebibyte,
  oneOf,
  second,
  text,
  toggle,
  whole,
} from "@keruta/config";
import { levels } from "@keruta/protocol";

/**
 * What keruta's documents have an agent read and this one has no use for. Each is understood and checked, so that a
 * documented file or environment works as it is, and `config show` says why it does nothing.
 */

const spooled = "lines wait in the spool on disk, which spool.maxBytes bounds";
const untilDelivered = "delivery goes on until the server has every line";
const ownLog = "the agent says little, and on stderr, where a Pod's log collector or systemd keeps it";
const noKeycloak = "an agent is given its token (KERUTA_API_TOKEN), it does not log in";
const noBackup = "an agent keeps no logs once they are delivered; back up the server's data folder";
const forScript = "it is the script's, which finds it in its environment unchanged";
const oneTask = "an agent runs one task, named by KERUTA_TASK_ID";
const noProfiles = "the agent offers no profiles of itself; the server's are under /debug with its --debug";
const noArtifacts = "the agent collects no files";

const path = text("FILE");
const words = listOf(text("WORD"));

const streaming = {
  "logStreaming.bufferSize": acceptedSetting(whole({ min: 1 }), {
    default: 1_000,
    variables: ["KERUTA_LOG_BUFFER_SIZE"],
    meaning: "lines kept in memory",
    accepted: spooled,
  }),
  "logStreaming.batchSize": acceptedSetting(whole({ min: 1 }), {
    default: 10,
    variables: ["KERUTA_LOG_BATCH_SIZE"],
    meaning: "lines sent at once",
    accepted: "logStreaming.flushInterval decides; what is sent at once grows by itself when lines come fast",
  }),
  "logStreaming.maxRetries": acceptedSetting(whole(), {
    default: 3,
    meaning: "how often sending is tried again",
    accepted: untilDelivered,
  }),
  "logStreaming.retryInterval": acceptedSetting(duration(), {
    default: 5 * second,
    meaning: "time before sending is tried again",
    accepted: "websocket.reconnectInterval says it",
  }),
  "logStreaming.performance.maxConcurrentStreams": acceptedSetting(whole({ min: 1 }), {
    default: 10,
    meaning: "scripts streamed at once",
    accepted: "an agent runs one script",
  }),
  "logStreaming.performance.rateLimitPerSecond": acceptedSetting(whole({ min: 1 }), {
    default: 1_000,
    meaning: "lines sent in a second",
    accepted:
      "the server's acknowledgements set the pace; a limit could only make the script wait or lose lines",
  }),
  "logStreaming.performance.memoryLimitMB": acceptedSetting(whole({ min: 1 }), {
    default: 512,
    meaning: "memory the agent may use",
    accepted: "every buffer has a bound of its own, which together stay far below",
  }),
  "websocket.heartbeatInterval": acceptedSetting(duration(), {
    default: 30 * second,
    meaning: "time between signs of life",
    accepted: "the server sends them, every 20 s, and either side ends a connection that is silent for 50 s",
  }),
  "websocket.security.enableSSL": acceptedSetting(toggle, {
    default: true,
    meaning: "whether connections are encrypted",
    accepted: "the address says it: https:// or wss://",
  }),
  "api.rateLimit.requestsPerMinute": acceptedSetting(whole({ min: 1 }), {
    default: 1_000,
    meaning: "HTTP requests in a minute",
    accepted: "the server sets it (rateLimit.requestsPerMinute there)",
  }),
  "api.rateLimit.burstSize": acceptedSetting(whole({ min: 1 }), {
    default: 100,
    meaning: "HTTP requests at once",
    accepted: "the server sets it (rateLimit.burst there)",
  }),
};

const ownLogging = {
  "logging.format": acceptedSetting(oneOf(["json", "text"]), {
    default: "json",
    meaning: "how the agent's own lines are written",
    accepted: "stderr is the script's as well, so the agent's few sentences there stay text",
  }),
  "logging.output": acceptedSetting(text("WORD"), {
    default: "stdout",
    meaning: "where the agent's own log goes",
    accepted: "stdout is the script's; the agent speaks on stderr",
  }),
  "logging.file.enabled": acceptedSetting(toggle, {
    default: false,
    meaning: "the agent's own log in a file",
    accepted: ownLog,
  }),
  "logging.file.path": acceptedSetting(path, {
    default: "/var/log/keruta-agent.log",
    meaning: "which file",
    accepted: ownLog,
  }),
  "logging.file.maxSize": acceptedSetting(bytes(), {
    default: 100 * mebibyte,
    meaning: "when another is begun",
    accepted: ownLog,
  }),
  "logging.file.maxBackups": acceptedSetting(whole(), {
    default: 5,
    meaning: "how many are kept",
    accepted: ownLog,
  }),
  "logging.file.maxAge": acceptedSetting(duration(), {
    default: 30 * day,
    meaning: "how long they are kept",
    accepted: ownLog,
  }),
  "logging.file.compress": acceptedSetting(toggle, {
    default: true,
    meaning: "older ones are compressed",
    accepted: ownLog,
  }),
  "logging.file.format": acceptedSetting(oneOf(["json", "text"]), {
    default: "json",
    meaning: "how lines are written",
    accepted: ownLog,
  }),
  "debug.enabled": acceptedSetting(toggle, {
    default: false,
    meaning: "the runtime's profiles over HTTP",
    accepted: noProfiles,
  }),
  "debug.pprof.enabled": acceptedSetting(toggle, {
    default: true,
    meaning: "false turns them off",
    accepted: noProfiles,
  }),
  "debug.pprof.port": acceptedSetting(whole({ min: 0, max: 65_535 }), {
    default: 6_060,
    meaning: "on this port",
    accepted: noProfiles,
  }),
  "debug.level": acceptedSetting(oneOf(levels, { warning: "WARN", trace: "DEBUG", fatal: "ERROR" }), {
    default: "DEBUG",
    meaning: "how much the agent says when debugging",
    accepted: "logging.level says it",
  }),
  "debug.trace.enabled": acceptedSetting(toggle, {
    default: false,
    meaning: "write a trace",
    accepted: "traces are not written to a file",
  }),
  "debug.trace.output": acceptedSetting(path, {
    meaning: "to which file",
    accepted: "traces are not written to a file",
  }),
  "monitoring.metrics": acceptedSetting(words, {
    default: ["logCount", "errorRate", "latency", "memoryUsage"],
    meaning: "which metrics are offered",
    accepted: "where there are metrics, all are there",
  }),
};

const elsewhere = {
  alerts: acceptedSetting(listOf(anything), {
    default: [],
    meaning: "when to raise the alarm",
    accepted: "Prometheus does that from the metrics",
  }),
  "backup.enabled": acceptedSetting(toggle, { default: false, meaning: "back logs up", accepted: noBackup }),
  "backup.schedule": acceptedSetting(text("CRON"), { meaning: "when", accepted: noBackup }),
  "backup.retention.days": acceptedSetting(whole(), {
    meaning: "how long backups are kept",
    accepted: noBackup,
  }),
  "backup.retention.maxSize": acceptedSetting(bytes(), { meaning: "how much is kept", accepted: noBackup }),
  "backup.storage.type": acceptedSetting(text("WORD"), { meaning: "where to", accepted: noBackup }),
  "backup.storage.bucket": acceptedSetting(text("NAME"), { meaning: "which bucket", accepted: noBackup }),
  "backup.storage.region": acceptedSetting(text("NAME"), { meaning: "in which region", accepted: noBackup }),
  "errorHandling.autoFix": acceptedSetting(toggle, {
    default: true,
    variables: ["KERUTA_AUTO_FIX_ENABLED"],
    meaning: "make a task that repairs one that failed",
    accepted: "a script that fails is only reported as failed",
  }),
  "auth.keycloak.serverUrl": acceptedSetting(text("URL"), {
    meaning: "Keycloak's address",
    accepted: noKeycloak,
  }),
  "auth.keycloak.realm": acceptedSetting(text("NAME"), { meaning: "its realm", accepted: noKeycloak }),
  "auth.keycloak.clientId": acceptedSetting(text("ID"), {
    meaning: "the client to be",
    accepted: noKeycloak,
  }),
  "auth.keycloak.deviceFlow": acceptedSetting(toggle, {
    meaning: "log in by device flow",
    accepted: noKeycloak,
  }),
  "auth.keycloak.offlineAccess": acceptedSetting(toggle, {
    meaning: "ask for offline tokens",
    accepted: noKeycloak,
  }),
  "auth.offlineMode.enabled": acceptedSetting(toggle, {
    meaning: "work without Keycloak",
    accepted: noKeycloak,
  }),
  "auth.offlineMode.tokenFile": acceptedSetting(path, {
    meaning: "where tokens are kept",
    accepted: noKeycloak,
  }),
  "auth.offlineMode.cacheDuration": acceptedSetting(duration(), {
    default: hour,
    meaning: "for how long",
    accepted: noKeycloak,
  }),
  "auth.offlineMode.fallbackRole": acceptedSetting(text("ROLE"), {
    default: "viewer",
    meaning: "what one is without Keycloak",
    accepted: noKeycloak,
  }),
  "execute.autoCleanup": acceptedSetting(toggle, {
    default: true,
    flags: ["--auto-cleanup"],
    meaning: "deliver the files a script made, and remove them",
    accepted: noArtifacts,
  }),
};

const variablesOnly = {
  KERUTA_AGENT_LATEST_RELEASE_URL: acceptedSetting(text("URL"), {
    variables: ["KERUTA_AGENT_LATEST_RELEASE_URL"],
    meaning: "where a Pod downloads the agent from",
    accepted: "the agent that reads this is there already",
  }),
  ...forTheScript("KERUTA_COMMON_DOCS_PATH", "documents for every task"),
  ...forTheScript("KERUTA_REPOSITORY_ID", "the repository of an install script"),
  ...forTheScript("KERUTA_CACHE_DIR", "where an install script may keep things"),
  ...forTheScript("KERUTA_CREATE_VENV", "whether an install script makes a Python environment"),
  ...forTheScript("KERUTA_RUN_TESTS", "whether an install script runs tests"),
  ...forTheScript("KERUTA_GIT_TOKEN", "what an install script clones with"),
  ...forTheScript("KERUTA_REGISTRY_TOKEN", "what an install script downloads packages with"),
  KERUTA_USE_HTTP_INPUT: acceptedSetting(toggle, {
    variables: ["KERUTA_USE_HTTP_INPUT"],
    meaning: "fetch input for the script over HTTP",
    accepted: "input comes over the connection that delivers the log",
  }),
  KERUTA_SESSION_ID: acceptedSetting(text("ID"), {
    variables: ["KERUTA_SESSION_ID"],
    meaning: "the session a daemon works for",
    accepted: oneTask,
  }),
  KERUTA_WORKSPACE_ID: acceptedSetting(text("ID"), {
    variables: ["KERUTA_WORKSPACE_ID"],
    meaning: "the workspace a daemon works in",
    accepted: oneTask,
  }),
  KERUTA_ARTIFACTS_DIR: acceptedSetting(text("DIR"), {
    variables: ["KERUTA_ARTIFACTS_DIR"],
    meaning: "where a script puts files to be kept",
    accepted: noArtifacts,
  }),
  KERUTA_MAX_FILE_SIZE: acceptedSetting(bytes(), {
    variables: ["KERUTA_MAX_FILE_SIZE"],
    meaning: "how large such a file may be",
    accepted: noArtifacts,
  }),
};

/** May hold a secret, so it is not shown. */
function forTheScript<N extends string>(name: N, meaning: string) {
  const facts = { variables: [name], meaning, accepted: forScript, isSecret: name.endsWith("_TOKEN") };
  return { [name]: acceptedSetting(text("TEXT"), facts) } as Record<
    N,
    ReturnType<typeof acceptedSetting<string>>
  >;
}

export const acceptedSettings = { ...streaming, ...ownLogging, ...elsewhere, ...variablesOnly };
