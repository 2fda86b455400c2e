import {
  day,
  duration,
  hour,
  listOf,
  minute,
  oneOf,
  second,
  setting,
  text,
  toggle,
  url,
  whole,
} from "@keruta/config";
import { acceptedSettings } from "./accepted-settings.ts";
import type { UserSettings } from "./auth-settings.ts";
import { userList } from "./user-list.ts";

const path = text("FILE");
const noUsers: readonly UserSettings[] = [];

/** Where it listens, and to whom it answers. */
const listening = {
  KERUTA_SERVER_CONFIG: setting(path, {
    flags: ["--config"],
    variables: ["KERUTA_SERVER_CONFIG"],
    defaultText: "~/.keruta/server.yaml, else /etc/keruta/server.yaml",
    meaning: "the configuration file, YAML or JSON",
  }),
  "server.host": setting(text("HOST"), {
    default: "127.0.0.1",
    flags: ["--host"],
    variables: ["KERUTA_SERVER_HOST"],
    meaning: "address to listen on",
  }),
  "server.port": setting(whole({ max: 65_535 }), {
    default: 8_080,
    flags: ["--port"],
    variables: ["KERUTA_SERVER_PORT"],
    meaning: "port to listen on; 0: any free one",
  }),
  "server.dataDir": setting(text("DIR"), {
    default: "keruta-data",
    flags: ["--data"],
    variables: ["KERUTA_SERVER_DATA_DIR"],
    meaning: "where the logs are kept",
  }),
  "server.publicUrl": setting(url("http", "https"), {
    flags: ["--public-url"],
    variables: ["KERUTA_SERVER_PUBLIC_URL"],
    meaning: "where it is reached from outside, when that is not where it listens",
  }),
  "server.allowedHosts": setting(listOf(text("HOST")), {
    default: [],
    flags: ["--allowed-host"],
    variables: ["KERUTA_SERVER_ALLOWED_HOSTS"],
    meaning: "names it answers to besides its own address and loopback; *: any",
  }),
  "server.allowedOrigins": setting(listOf(text("ORIGIN")), {
    default: [],
    flags: ["--allowed-origin"],
    variables: ["KERUTA_SERVER_ALLOWED_ORIGINS"],
    meaning: "other origins whose pages may use the API; *: any, without credentials",
  }),
  "server.insecure": setting(toggle, {
    default: false,
    flags: ["--insecure"],
    variables: ["KERUTA_SERVER_INSECURE"],
    meaning: "listen beyond loopback though nobody has to say who they are",
  }),
  "server.tls.cert": setting(path, {
    flags: ["--tls-cert"],
    variables: ["KERUTA_SERVER_TLS_CERT"],
    meaning: "certificate (PEM), for https",
  }),
  "server.tls.key": setting(path, {
    flags: ["--tls-key"],
    variables: ["KERUTA_SERVER_TLS_KEY"],
    meaning: "its private key (PEM)",
  }),
  "server.maxConnections": setting(whole({ min: 1 }), {
    default: 10_000,
    variables: ["KERUTA_SERVER_MAX_CONNECTIONS"],
    meaning: "WebSockets open at once; one more is asked to come back later (503)",
  }),
  "server.logLevel": setting(oneOf(["debug", "info", "warn", "error", "silent"]), {
    default: "info",
    flags: ["--log-level"],
    variables: ["KERUTA_SERVER_LOG_LEVEL"],
    meaning: "how much of the server's own log there is, on stderr",
  }),
};

/** How it is known who somebody is. */
const auth = {
  "auth.jwtSecret": setting(text("SECRET"), {
    variables: ["KERUTA_JWT_SECRET", "JWT_SECRET"],
    isSecret: true,
    meaning: "signs and verifies tokens (HS256)",
  }),
  "auth.jwksUrl": setting(url("https", "http"), {
    flags: ["--jwks-url"],
    variables: ["KERUTA_JWKS_URL"],
    meaning: "where the public keys of RS256 and ES256 tokens are, such as Keycloak's",
  }),
  "auth.issuer": setting(text("TEXT"), {
    variables: ["KERUTA_JWT_ISSUER"],
    defaultText: "any",
    meaning: "what tokens must name as their iss",
  }),
  "auth.audience": setting(text("TEXT"), {
    variables: ["KERUTA_JWT_AUDIENCE"],
    defaultText: "any",
    meaning: "what tokens must name as their aud",
  }),
  "auth.rolesClaim": setting(text("CLAIM"), {
    default: "realm_access.roles",
    variables: ["KERUTA_JWT_ROLES_CLAIM"],
    meaning: "where a foreign token names its roles: the way to the claim, with dots",
  }),
  "auth.apiKeysFile": setting(path, {
    flags: ["--api-keys"],
    variables: ["KERUTA_API_KEYS_FILE"],
    meaning: "the file of API keys, hashed, as `keruta key` keeps it",
  }),
  "auth.users": setting(userList, {
    default: noUsers,
    meaning: "who logs in by name and password",
  }),
  "auth.accessTokenLifetime": setting(duration({ min: second }), {
    default: hour,
    variables: ["KERUTA_ACCESS_TOKEN_LIFETIME"],
    meaning: "how long a token is good that a log-in gives",
  }),
  "auth.refreshTokenLifetime": setting(duration({ min: second }), {
    default: 7 * day,
    variables: ["KERUTA_REFRESH_TOKEN_LIFETIME"],
    meaning: "how long it can be exchanged for another",
  }),
  "auth.anonymousViewers": setting(toggle, {
    default: false,
    flags: ["--anonymous-viewers"],
    variables: ["KERUTA_ANONYMOUS_VIEWERS"],
    meaning: "who does not say who they are may look on",
  }),
  "auth.queryToken": setting(toggle, {
    default: false,
    flags: ["--query-token"],
    variables: ["KERUTA_QUERY_TOKEN"],
    meaning: "credentials may stand in an address (?token=), for old clients",
  }),
};

/** How much it takes, and what it does with it. */
const working = {
  "rateLimit.requestsPerMinute": setting(whole({ min: 1 }), {
    default: 1_000,
    variables: ["KERUTA_RATE_LIMIT_REQUESTS"],
    aliases: ["api.rateLimit.requestsPerMinute"],
    meaning: "HTTP requests in a minute of one credential, or of one address without",
  }),
  "rateLimit.burst": setting(whole({ min: 1 }), {
    default: 100,
    variables: ["KERUTA_RATE_LIMIT_BURST"],
    aliases: ["api.rateLimit.burstSize"],
    meaning: "so many at once before that counts",
  }),
  "rateLimit.connectionsPerMinute": setting(whole({ min: 1 }), {
    default: 100,
    variables: ["KERUTA_RATE_LIMIT_CONNECTIONS"],
    meaning: "WebSockets opened in a minute",
  }),
  "rateLimit.logsPerMinute": setting(whole({ min: 1 }), {
    default: 10_000,
    variables: ["KERUTA_RATE_LIMIT_LOGS"],
    meaning: "lines submitted in a minute by REST or JSON; past it the sender waits, nothing is dropped",
  }),
  "agents.lostAfter": setting(duration({ min: second }), {
    default: minute,
    variables: ["KERUTA_AGENTS_LOST_AFTER"],
    meaning: "an attempt whose agent has not been connected for this long is given up",
  }),
  "tasks.autoCreate": setting(toggle, {
    default: true,
    variables: ["KERUTA_TASKS_AUTO_CREATE"],
    meaning: "lines for a task that does not exist create it",
  }),
  "metrics.enabled": setting(toggle, {
    default: true,
    flags: ["--metrics"],
    variables: ["KERUTA_SERVER_METRICS"],
    meaning: "GET /metrics",
  }),
  "metrics.taskLabel": setting(toggle, {
    default: true,
    variables: ["KERUTA_SERVER_METRICS_TASK_LABEL"],
    meaning: "metrics name the task, as far as their number is bounded",
  }),
  "debug.enabled": setting(toggle, {
    default: false,
    flags: ["--debug"],
    variables: ["KERUTA_SERVER_DEBUG"],
    meaning: "the runtime's profiles under /debug, on loopback only",
  }),
};

/** Every setting of the server. */
export const serverSettings = { ...listening, ...auth, ...working, ...acceptedSettings };
