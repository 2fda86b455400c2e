import { limits, subprotocol } from "@keruta/protocol";
import type { Server } from "bun";
import { type BeginSession, Connection, type SocketData } from "./connection.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Logger } from "./logger.ts";
import { errorResponse } from "./rest/answer-error.ts";
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
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly begin: BeginSession;
  readonly heartbeat: Heartbeat;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
}

export function listen(host: string, port: number, parts: ListenParts): Server<SocketData> {
  try {
    return Bun.serve<SocketData>({
      hostname: host,
      port,
      idleTimeout: httpIdleSeconds,
      fetch: (request, server) => answer(request, server, parts),
      websocket: sockets(parts),
    });
  } catch (cause) {
    throw new StartError(whyNot(host, port, cause as Error & { code?: string }), { cause });
  }
}

async function answer(request: Request, server: Server<SocketData>, parts: ListenParts): Promise<Response> {
  const requestId = requestIdOf(request);
  const response = upgrade(request, server, parts) ?? (await parts.fetch(request));
  if (response === "upgraded") return undefined as unknown as Response;
  response.headers.set("x-request-id", requestId);
  return response;
}

function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id") ?? "";
  return /^[\w.:-]{1,128}$/.test(given) ? given : crypto.randomUUID();
}

/** Undefined: not a socket's address. */
function upgrade(
  request: Request,
  server: Server<SocketData>,
  parts: ListenParts,
): Response | "upgraded" | undefined {
  const place = socketPlace(new URL(request.url).pathname);
  if (place === undefined) return undefined;
  if (place === "invalid")
    return errorResponse("INVALID_INPUT", "the task id has characters that are not allowed");
  if (!isSameOrigin(request))
    return errorResponse("FORBIDDEN", "a page of another origin may not open this socket");
  if (parts.isStopping()) return errorResponse("SERVER_STOPPING", "the server is going away; connect again");
  const offered = request.headers.get("sec-websocket-protocol")?.split(",") ?? [];
  const isOurs = offered.some((name) => name.trim() === subprotocol);
  const headers = isOurs ? { "Sec-WebSocket-Protocol": subprotocol } : {};
  if (server.upgrade(request, { data: { place }, headers })) return "upgraded";
  return errorResponse("INVALID_INPUT", "this address is a WebSocket's");
}

/** Browsers always name the page's origin; programs name none. A page elsewhere must not use a visitor's access. */
function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.get("host");
}

function sockets({ begin, heartbeat, logger }: ListenParts): Bun.WebSocketHandler<SocketData> {
  return {
    data: {} as SocketData,
    maxPayloadLength: limits.maxMessageBytes,
    idleTimeout: socketIdleSeconds,
    backpressureLimit: backpressureBytes,
    // Bodies are compressed already, and compression per socket costs up to 230 KB each.
    perMessageDeflate: false,
    open(socket) {
      const connection = new Connection(socket, begin, logger, performance.now());
      socket.data.connection = connection;
      heartbeat.add(connection);
    },
    message: (socket, data) => socket.data.connection?.receive(data, performance.now()),
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
