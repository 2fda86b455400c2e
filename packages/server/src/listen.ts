import { KerutaError, limits, subprotocol } from "@keruta/protocol";
import type { Server } from "bun";
import type { Admission } from "./admit.ts";
import { readTls } from "./auth/tls.ts";
import type { Settings } from "./config.ts";
import { type BeginDialect, type BeginSession, Connection, type SocketData } from "./connection.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Identity } from "./identity.ts";
import type { Logger } from "./logger.ts";
import { NativeDialect } from "./native-dialect.ts";
import { RateLimitError } from "./rate-limit-error.ts";
import type { RequestEnv } from "./request-env.ts";
import { cutOffBodyBytes } from "./request-limits.ts";
import { errorAnswer, errorResponse } from "./rest/answer-error.ts";
import { socketPlace } from "./routes.ts";
import { StartError } from "./start-error.ts";

/** Seconds without a byte after which an HTTP connection is closed. A segment is sent in far less. */
const httpIdleSeconds = 30;
/** Ours is `silenceTimeoutMs`; this one only catches what it cannot see. 0 would be none. */
const socketIdleSeconds = 120;
/**
 * What one socket may have unsent before Bun drops messages. Viewers are kept far below by their window and agents
 * are sent next to nothing, so reaching it is a fault, and `Connection.sendBytes` ends the connection.
 */
const backpressureBytes = 8 * 1024 * 1024;

export interface ListenParts {
  readonly fetch: (request: Request, env: RequestEnv) => Response | Promise<Response>;
  readonly admission: Admission;
  /** For sockets of the native subprotocol. */
  readonly begin: BeginSession;
  /** For the others. Absent: they are native too. */
  readonly beginText?: BeginDialect;
  readonly heartbeat: Heartbeat;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
}

type ListenSettings = Pick<Settings, "host" | "port" | "tls" | "publicUrl">;

export function listen(settings: ListenSettings, parts: ListenParts): Server<SocketData> {
  const { host, port, tls, publicUrl } = settings;
  const isSecure = tls !== undefined || publicUrl?.startsWith("https:") === true;
  const read = tls === undefined ? {} : { tls: readTls(tls) };
  try {
    return Bun.serve<SocketData>({
      ...read,
      hostname: host,
      port,
      idleTimeout: httpIdleSeconds,
      maxRequestBodySize: cutOffBodyBytes,
      fetch: (request, server) => answer(request, server, parts, isSecure),
      websocket: sockets(parts),
    });
  } catch (cause) {
    throw new StartError(whyNot(host, port, cause as Error & { code?: string }), { cause });
  }
}

async function answer(
  request: Request,
  server: Server<SocketData>,
  parts: ListenParts,
  isSecure: boolean,
): Promise<Response> {
  const { admission, logger } = parts;
  const env = envOf(request, server, admission, isSecure);
  const response = await answerOrUpgrade(request, server, parts, env).catch((error) =>
    refusal(error, logger),
  );
  if (response === "upgraded") return undefined as unknown as Response;
  response.headers.set("x-request-id", env.requestId);
  admission.crossSite.label(request, response.headers);
  return response;
}

async function answerOrUpgrade(
  request: Request,
  server: Server<SocketData>,
  parts: ListenParts,
  env: RequestEnv,
): Promise<Response | "upgraded"> {
  const { admission } = parts;
  const upgraded = await upgrade(request, server, parts, env);
  if (upgraded !== undefined) return upgraded;
  admission.demandHttp(request);
  const preflight = admission.crossSite.preflight(request);
  if (preflight !== undefined) return preflight;
  await admission.demandAllowance(request, env.address, env.identify);
  return parts.fetch(request, env);
}

function envOf(
  request: Request,
  server: Server<SocketData>,
  { authenticator }: Admission,
  isSecure: boolean,
): RequestEnv {
  const address = server.requestIP(request)?.address ?? "";
  let identity: Promise<Identity> | undefined;
  const identify = () => {
    identity ??= authenticator.identify(request);
    return identity;
  };
  return { requestId: requestIdOf(request), address, isSecure, identify };
}

function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id") ?? "";
  return /^[\w.:-]{1,128}$/.test(given) ? given : crypto.randomUUID();
}

function refusal(error: unknown, logger: Logger): Response {
  if (error instanceof KerutaError) return errorAnswer(error);
  logger.error({ err: error }, "a request failed by a fault of the server");
  return errorResponse("INTERNAL_SERVER_ERROR", "the server made a mistake; see its log");
}

/** Undefined: not a socket's address. */
async function upgrade(
  request: Request,
  server: Server<SocketData>,
  parts: ListenParts,
  env: RequestEnv,
): Promise<Response | "upgraded" | undefined> {
  const place = socketPlace(new URL(request.url).pathname);
  if (place === undefined) return undefined;
  if (place === "invalid")
    return errorResponse("INVALID_INPUT", "the task id has characters that are not allowed");
  const { admission } = parts;
  admission.demandSocket(request);
  if (parts.isStopping()) return errorResponse("SERVER_STOPPING", "the server is going away; connect again");
  const isNative = offersSubprotocol(request);
  const peer = await admission.demandPlace(request, env.address, place).then(
    (identity) => identified(identity, isNative),
    (error) => ({ identity: undefined, refusal: told(error, isNative) }),
  );
  const headers = isNative ? { "Sec-WebSocket-Protocol": subprotocol } : {};
  const data = { place, address: env.address, begin: dialectOf(isNative, parts), ...peer };
  if (server.upgrade(request, { data, headers })) return "upgraded";
  return errorResponse("INVALID_INPUT", "this address is a WebSocket's");
}

function offersSubprotocol({ headers }: Request): boolean {
  const offered = headers.get("sec-websocket-protocol")?.split(",") ?? [];
  return offered.some((name) => name.trim() === subprotocol);
}

function dialectOf(isNative: boolean, { begin, beginText }: ListenParts): BeginDialect {
  if (isNative || beginText === undefined) return (connection) => new NativeDialect(connection, begin);
  return beginText;
}

/** Native peers cannot say later who they are. */
function identified(identity: Identity | undefined, isNative: boolean) {
  if (identity !== undefined || !isNative) return { identity };
  return { identity, refusal: new KerutaError("UNAUTHORIZED", "send a token or an API key, or log in") };
}

/**
 * Why native peers are refused is told them over the socket: neither a browser nor Bun's WebSocket shows the answer to a
 * handshake, and an agent that is told UNAUTHORIZED can say so and stop, where a failed handshake looks like an outage.
 */
function told(error: unknown, isNative: boolean): KerutaError {
  const isAboutThem = error instanceof KerutaError && !(error instanceof RateLimitError);
  if (isNative && isAboutThem) return error;
  throw error;
}

function sockets({ admission, heartbeat, logger }: ListenParts): Bun.WebSocketHandler<SocketData> {
  const { authenticator } = admission;
  const identifyToken = (token: string) => authenticator.identifyToken(token);
  return {
    data: {} as SocketData,
    maxPayloadLength: limits.maxMessageBytes,
    idleTimeout: socketIdleSeconds,
    backpressureLimit: backpressureBytes,
    // Bodies are compressed already, and compression per socket costs up to 230 KB each.
    perMessageDeflate: false,
    open(socket) {
      const connection = new Connection(socket, { identifyToken, logger }, performance.now());
      socket.data.connection = connection;
      heartbeat.add(connection);
    },
    message: (socket, data) => socket.data.connection?.receive(data, performance.now()),
    pong: (socket) => socket.data.connection?.heard(performance.now()),
    drain: (socket) => socket.data.connection?.drained(),
    close(socket) {
      const { connection } = socket.data;
      if (connection === undefined) return;
      heartbeat.remove(connection);
      connection.closed();
    },
  };
}

function whyNot(host: string, port: number, error: Error & { code?: string }): string {
  if (error.code === "EADDRINUSE")
    return `port ${port} on ${host} is taken: stop the program that has it, or choose another with --port`;
  if (error.code === "EACCES") return `port ${port} needs more rights: choose one above 1023 with --port`;
  return `cannot listen on ${host}:${port}: ${error.message}`;
}
