import { KerutaError, subprotocol } from "@keruta/protocol";
import type { Server } from "bun";
import type { Admission } from "./admit.ts";
import type { BeginDialect, BeginSession, SocketData } from "./connection.ts";
import type { Identity } from "./identity.ts";
import { NativeDialect } from "./native-dialect.ts";
import { RateLimitError } from "./rate-limit-error.ts";
import type { RequestEnv } from "./request-env.ts";
import { errorResponse } from "./rest/answer-error.ts";
import { socketPlace } from "./routes.ts";

export interface UpgradeParts {
  readonly admission: Admission;
  /** For sockets of the native subprotocol. */
  readonly begin: BeginSession;
  /** For the others. */
  readonly beginText: BeginDialect;
  readonly isStopping: () => boolean;
  /** Whether one more connection may be open. */
  readonly hasRoom: () => boolean;
}

/** Answers the request that opens a socket. Undefined: its address is not a socket's. */
export async function upgrade(
  request: Request,
  server: Server<SocketData>,
  parts: UpgradeParts,
  env: RequestEnv,
): Promise<Response | "upgraded" | undefined> {
  const place = socketPlace(new URL(request.url).pathname);
  if (place === undefined) return undefined;
  if (place === "invalid")
    return errorResponse("INVALID_INPUT", "the task id has characters that are not allowed");
  const { admission } = parts;
  admission.demandSocket(request);
  const isNative = offersSubprotocol(request);
  const peer = await admission.demandPlace(request, env.address, place).then(
    (identity) => identified(identity, isNative),
    (error) => ({ identity: undefined, refusal: told(error, isNative) }),
  );
  // Asked last: whoever is let in from here on is told when the server goes away.
  if (parts.isStopping()) return errorResponse("SERVER_STOPPING", "the server is going away; connect again");
  if (!parts.hasRoom())
    return errorResponse("WEBSOCKET_CONNECTION_FAILED", "too many connections are open; connect again later");
  const headers = isNative ? { "Sec-WebSocket-Protocol": subprotocol } : {};
  const data = { place, address: env.address, begin: dialectOf(isNative, parts), ...peer };
  if (server.upgrade(request, { data, headers })) return "upgraded";
  return errorResponse("INVALID_INPUT", "this address is a WebSocket's");
}

function offersSubprotocol({ headers }: Request): boolean {
  const offered = headers.get("sec-websocket-protocol")?.split(",") ?? [];
  return offered.some((name) => name.trim() === subprotocol);
}

function dialectOf(isNative: boolean, { begin, beginText }: UpgradeParts): BeginDialect {
  return isNative ? (connection) => new NativeDialect(connection, begin) : beginText;
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
