import { type ErrorCode, KerutaError, limits } from "@keruta/protocol";
import type { Server } from "bun";
import type { Admission } from "./admit.ts";
import { readTls } from "./auth/tls.ts";
import type { Settings } from "./config.ts";
import { Connection, type SocketData } from "./connection.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Identity } from "./identity.ts";
import type { Logger } from "./logger.ts";
import type { AnsweredRequest, Observer } from "./observer.ts";
import type { RequestEnv } from "./request-env.ts";
import { cutOffBodyBytes } from "./request-limits.ts";
import { errorAnswer, errorCodeHeader, errorResponse } from "./rest/answer-error.ts";
import { StartError } from "./start-error.ts";
import { type UpgradeParts, upgrade } from "./upgrade.ts";

/** Seconds without a byte after which an HTTP connection is closed. A segment is sent in far less. */
const httpIdleSeconds = 30;
/**
 * Ours is `silenceTimeoutMs`; this one only catches what it cannot see, and must not end a JSON viewer that has stopped
 * reading for some minutes. The most that Bun takes; 0 would be none.
 */
const socketIdleSeconds = 960;
/**
 * What one socket may have unsent before Bun drops messages. Viewers are kept far below by their window and agents
 * are sent next to nothing, so reaching it is a fault, and `Connection.sendBytes` ends the connection.
 */
const backpressureBytes = 8 * 1024 * 1024;

export interface ListenParts extends UpgradeParts {
  readonly fetch: (request: Request, env: RequestEnv) => Response | Promise<Response>;
  readonly heartbeat: Heartbeat;
  readonly logger: Logger;
  readonly observer: Observer;
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
  const { admission, logger, observer } = parts;
  const begunMs = performance.now();
  const { env, nameKnown } = envOf(request, server, admission, isSecure);
  const response = await answerOrUpgrade(request, server, parts, env).catch((error) =>
    refusal(error, logger),
  );
  if (response === "upgraded") return undefined as unknown as Response;
  response.headers.set("x-request-id", env.requestId);
  admission.crossSite.label(request, response.headers);
  const seconds = (performance.now() - begunMs) / 1_000;
  tell(observer, request, env, response, { name: await nameKnown(), seconds });
  return response;
}

function tell(
  observer: Observer,
  { method, url }: Request,
  { requestId, address }: RequestEnv,
  { status, headers }: Response,
  known: Pick<AnsweredRequest, "name" | "seconds">,
): void {
  observer.answered({ requestId, method, url, address, status, ...known });
  const code = headers.get(errorCodeHeader);
  if (code !== null) observer.refused(code as ErrorCode);
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
): { env: RequestEnv; nameKnown: () => Promise<string | undefined> } {
  const address = server.requestIP(request)?.address ?? "";
  let identity: Promise<Identity> | undefined;
  const identify = () => {
    identity ??= authenticator.identify(request);
    return identity;
  };
  // Not asked for here: who asks for nothing that needs it stays unnamed.
  const nameKnown = async () => (await identity?.catch(() => undefined))?.name;
  return { env: { requestId: requestIdOf(request), address, isSecure, identify }, nameKnown };
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

function sockets({ admission, heartbeat, logger, observer }: ListenParts): Bun.WebSocketHandler<SocketData> {
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
      const connection = new Connection(socket, { identifyToken, logger, observer }, performance.now());
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
