import {
  bytes,
  duration,
  gibibyte,
  listOf,
  minute,
  oneOf,
  patterns,
  second,
  setting,
  text,
  toggle,
  url,
  whole,
} from "@keruta/config";
import { isTaskId, levels, limits } from "@keruta/protocol";
import { acceptedSettings } from "./accepted-settings.ts";
import { labels } from "./labels.ts";
import { defaultSecretNames } from "./masking/secret-names.ts";

const level = oneOf(levels, { warning: "WARN", trace: "DEBUG", fatal: "ERROR" });
const port = whole({ min: 0, max: 65_535 });
const windowEdge = whole({ min: 1, max: 65_535 });
const directory = text("DIR");
const taskId = text(
  "ID",
  `a task id: no blanks, slashes, ? or #, and at most ${limits.maxTaskIdLength} characters`,
  isTaskId,
);

/** Where these settings are read from besides the command line and the environment. */
const file = {
  KERUTA_CONFIG: setting(text("FILE"), {
    flags: ["--config"],
    variables: ["KERUTA_CONFIG"],
    defaultText: "~/.keruta/config.yaml, else /etc/keruta/config.yaml",
    meaning: "the configuration file, YAML or JSON",
  }),
};

/** Where the server is and who we are to it. */
const server = {
  "api.url": setting(url("http", "https", "ws", "wss"), {
    default: "http://127.0.0.1:8080",
    flags: ["--api-url"],
    variables: ["KERUTA_API_URL", "KERUTA_API_ENDPOINT"],
    meaning: "the server; /api and /api/v1 at its end mean nothing",
  }),
  "api.token": setting(text("TOKEN"), {
    variables: ["KERUTA_API_TOKEN", "KERUTA_AUTH_TOKEN", "KERUTA_AGENT_TOKEN"],
    isSecret: true,
    meaning: "a token for the server",
  }),
  "api.key": setting(text("KEY"), {
    variables: ["KERUTA_API_KEY"],
    isSecret: true,
    meaning: "an API key for the server",
  }),
  "api.authType": setting(oneOf(["bearer", "api-key"]), {
    default: "bearer",
    variables: ["KERUTA_AUTH_TYPE"],
    meaning: "which of both is shown where there are both",
  }),
  "api.timeout": setting(duration({ min: 1 }), {
    default: 30 * second,
    variables: ["KERUTA_API_TIMEOUT", "KERUTA_TIMEOUT"],
    meaning: "time an HTTP request may take",
  }),
  "api.retryCount": setting(whole({ max: 1_000 }), {
    default: 3,
    variables: ["KERUTA_API_RETRY_COUNT", "KERUTA_RETRY_COUNT"],
    aliases: ["errorHandling.retryCount"],
    meaning: "how often an HTTP request that failed is made again",
  }),
  "api.retryInterval": setting(duration(), {
    default: 5 * second,
    variables: ["KERUTA_API_RETRY_INTERVAL"],
    meaning: "time between two tries",
  }),
  "websocket.url": setting(url("ws", "wss", "http", "https"), {
    variables: ["KERUTA_WEBSOCKET_URL"],
    defaultText: "/ws/tasks of api.url",
    meaning: "where tasks' WebSockets are; the task's id is appended where it does not end in it",
  }),
  "websocket.timeout": setting(duration({ min: 1 }), {
    default: 10 * second,
    variables: ["KERUTA_WEBSOCKET_TIMEOUT"],
    meaning: "time in which a connection must be welcomed",
  }),
  "websocket.reconnectInterval": setting(duration({ min: 100 }), {
    default: 30 * second,
    variables: ["KERUTA_WEBSOCKET_RECONNECT_INTERVAL"],
    meaning: "longest pause before connecting again; pauses begin at 100 ms and double up to it",
  }),
  "websocket.maxReconnectAttempts": setting(whole({ min: 1 }), {
    default: 10,
    variables: ["KERUTA_WEBSOCKET_MAX_RECONNECT_ATTEMPTS"],
    meaning: "failed connections in a row after which the agent is unhealthy; it goes on trying",
  }),
  "websocket.security.verifyCert": setting(toggle, {
    default: true,
    variables: ["KERUTA_TLS_VERIFY"],
    meaning: "whether the server's certificate must be trusted",
  }),
  "websocket.security.certPath": setting(text("FILE"), {
    variables: ["KERUTA_TLS_CA_FILE"],
    meaning: "certificates (PEM) of authorities to trust in place of the system's",
  }),
};

/** What is run, and how. */
const running = {
  "task.id": setting(taskId, {
    flags: ["--task-id"],
    variables: ["KERUTA_TASK_ID"],
    meaning: "the task the log belongs to",
  }),
  workDir: setting(directory, {
    flags: ["--work-dir"],
    variables: ["KERUTA_WORK_DIR"],
    defaultText: "/work in a Pod, else the current directory",
    meaning: "where .keruta is put",
  }),
  "execute.timeout": setting(duration(), {
    default: 0,
    flags: ["--timeout"],
    meaning: "end the script after this long; 0: never",
  }),
  "execute.killGrace": setting(duration(), {
    default: 10 * second,
    flags: ["--kill-grace"],
    meaning: "time between SIGTERM and SIGKILL",
  }),
  "execute.outputGrace": setting(duration(), {
    default: 2 * second,
    flags: ["--output-grace"],
    meaning: "time to read on after the script's exit while something still holds its output",
  }),
  "execute.drainTimeout": setting(duration(), {
    default: 30 * second,
    flags: ["--drain-timeout"],
    meaning: "how long to go on delivering when there is nothing left to run",
  }),
  "execute.stdin": setting(oneOf(["auto", "server", "inherit", "none"]), {
    default: "auto",
    flags: ["--stdin"],
    meaning:
      "the script's input: from the server, our own (inherit), or none; auto: the server's where our own is /dev/null or closed",
  }),
  "execute.pty": setting(toggle, {
    default: false,
    flags: ["--pty"],
    meaning: "run the script on a terminal",
  }),
  "execute.columns": setting(windowEdge, {
    flags: ["--cols"],
    defaultText: "those of our own terminal, else 80",
    meaning: "how many columns that terminal has",
  }),
  "execute.rows": setting(windowEdge, {
    flags: ["--rows"],
    defaultText: "those of our own terminal, else 24",
    meaning: "how many rows it has",
  }),
  "execute.labels": setting(labels, {
    default: {},
    flags: ["--label"],
    meaning: "describes the attempt",
  }),
  "inputDetection.autoDetect": setting(toggle, {
    default: true,
    flags: ["--auto-detect-input"],
    variables: ["KERUTA_AUTO_DETECT_INPUT"],
    meaning: "tell the server when the script waits for input",
  }),
};

/** How the log is kept and delivered. */
const streaming = {
  "logStreaming.enabled": setting(toggle, {
    default: true,
    flags: ["--log-streaming"],
    negativeFlags: ["--disable-log-streaming"],
    variables: ["KERUTA_LOG_STREAMING_ENABLED"],
    meaning: "deliver the log; else the script is only run",
  }),
  "logStreaming.flushInterval": setting(duration({ min: 1, max: minute }), {
    default: 20,
    flags: ["--flush-interval"],
    variables: ["KERUTA_LOG_FLUSH_INTERVAL"],
    meaning: "how long a line may wait for company",
  }),
  "logStreaming.level": setting(level, {
    defaultText: "every line is kept",
    variables: ["KERUTA_LOG_STREAMING_LEVEL"],
    meaning: "lines of the script that state a lower level are left out, which the log says",
  }),
  "logStreaming.filters.maxMessageLength": setting(bytes({ min: 16, max: limits.maxLineBytes }), {
    default: limits.defaultMaxLineBytes,
    flags: ["--max-line-bytes"],
    meaning: "longer lines are split; nothing is cut off",
  }),
  "logStreaming.filters.excludePatterns": setting(patterns, {
    default: [],
    meaning: "what they match is masked",
  }),
  "logStreaming.filters.includePatterns": setting(patterns, {
    default: [],
    meaning: "where there are any, lines that match none are left out, which the log says",
  }),
  "spool.dir": setting(directory, {
    flags: ["--spool-dir"],
    variables: ["KERUTA_SPOOL_DIR"],
    defaultText: ".keruta/spool in the work directory",
    meaning: "where the log waits for delivery",
  }),
  "spool.maxBytes": setting(bytes({ min: 64 * 1024 }), {
    default: gibibyte,
    flags: ["--spool-max-bytes"],
    variables: ["KERUTA_SPOOL_MAX_BYTES"],
    meaning: "how much may wait on disk",
  }),
  "spool.policy": setting(oneOf(["block", "drop-oldest"]), {
    default: "block",
    flags: ["--spool-policy"],
    variables: ["KERUTA_SPOOL_POLICY"],
    meaning: "what happens then: the script waits, or the oldest lines that were never sent are given up",
  }),
};

/** What is kept out of the log. */
const masking = {
  "masking.environment": setting(listOf(text("NAME")), {
    default: defaultSecretNames,
    flags: ["--mask-env"],
    variables: ["KERUTA_MASK_ENV"],
    meaning: "names of variables whose values are masked; * stands for any letters",
  }),
  "masking.files": setting(listOf(text("FILE")), {
    default: [],
    flags: ["--mask-file"],
    variables: ["KERUTA_MASK_FILES"],
    meaning: "files whose contents are masked, or directories of such files",
  }),
  "masking.patterns": setting(patterns, {
    default: [],
    flags: ["--mask-pattern"],
    variables: ["KERUTA_MASK_PATTERNS"],
    meaning: "what they match is masked",
  }),
  "masking.mode": setting(oneOf(["mask", "drop"]), {
    default: "mask",
    flags: ["--mask-mode"],
    variables: ["KERUTA_MASK_MODE"],
    meaning: "whether excludePatterns mask what they match, or leave out the line, which the log says",
  }),
};

/** What the agent says of itself. */
const itself = {
  "logging.level": setting(level, {
    default: "INFO",
    flags: ["--log-level"],
    variables: ["KERUTA_LOG_LEVEL"],
    aliases: ["logLevel"],
    meaning: "lines of `keruta-agent log` below this are left out",
  }),
  "logging.verbose": setting(toggle, {
    default: false,
    flags: ["-v", "--verbose"],
    meaning: "the same as --log-level DEBUG",
  }),
  "monitoring.enabled": setting(toggle, {
    default: true,
    meaning: "false turns the metrics off, whatever monitoring.prometheus says",
  }),
  "monitoring.prometheus.enabled": setting(toggle, {
    default: false,
    flags: ["--metrics"],
    variables: ["KERUTA_METRICS_ENABLED"],
    meaning: "metrics and health over HTTP",
  }),
  "monitoring.prometheus.port": setting(port, {
    default: 9_090,
    flags: ["--metrics-port"],
    variables: ["KERUTA_METRICS_PORT"],
    meaning: "on this port; 0: any free one",
  }),
};

/** Every setting of the agent. */
export const agentSettings = {
  ...file,
  ...server,
  ...running,
  ...streaming,
  ...masking,
  ...itself,
  ...acceptedSettings,
};

export type AgentSettings = typeof agentSettings;
export type AgentKey = keyof AgentSettings;
