import { KerutaError } from "@keruta/protocol";
import type { OperatorSettings } from "../config.ts";
import { sessionOf } from "./session-cookie.ts";

type OriginSettings = Pick<OperatorSettings, "publicUrl" | "allowedOrigins">;

/** Whose page a request comes from. `none`: no browser says so, which programs do not. */
type From = "none" | "own" | "allowed" | "any" | "foreign";

const allowedMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
const allowedHeaders = "Content-Type, Authorization, X-API-Key, X-Request-ID";
/** What a page may read of an answer besides the body. */
const exposedHeaders = "X-Request-ID, Retry-After, ETag, Content-Disposition";
const preflightLifetimeSeconds = 600;

/**
 * Keeps pages of other origins from using a visitor's access, be it a cookie or only that the visitor's browser can
 * reach this server. `Host` has been checked before (`AllowedHosts`).
 */
export class CrossSite {
  constructor(private readonly settings: OriginSettings) {}

  /** Throws FORBIDDEN. */
  demandHttp(request: Request): void {
    const from = this.#from(request);
    if (from === "foreign" || (from === "none" && isForeignFetch(request)))
      throw refusedOrigin("use this server");
    if (comesByCookie(request)) this.#demandCookieIsMeant(request, from);
  }

  /** Throws FORBIDDEN. Browsers always name the page's origin when they open a socket. */
  demandSocket(request: Request): void {
    const from = this.#from(request);
    if (from === "foreign" || (comesByCookie(request) && from !== "own" && from !== "allowed"))
      throw refusedOrigin("open this socket");
  }

  /** The answer to a browser that asks whether a page may send a request. Undefined: it asks no such thing. */
  preflight(request: Request): Response | undefined {
    const asks = request.method === "OPTIONS" && request.headers.has("access-control-request-method");
    if (!asks) return undefined;
    const headers = {
      "Access-Control-Allow-Methods": allowedMethods,
      "Access-Control-Allow-Headers": allowedHeaders,
      "Access-Control-Max-Age": String(preflightLifetimeSeconds),
    };
    return new Response(null, { status: 204, headers });
  }

  /** Tells the browser that a page of an allowed origin may read the answer. */
  label(request: Request, answer: Headers): void {
    const from = this.#from(request);
    if (from !== "allowed" && from !== "any") return;
    const origin = request.headers.get("origin") ?? "";
    answer.set("Access-Control-Allow-Origin", from === "any" ? "*" : origin);
    answer.set("Access-Control-Expose-Headers", exposedHeaders);
    // With `*` browsers send and show nothing that takes credentials, and that is meant.
    if (from === "allowed") answer.set("Access-Control-Allow-Credentials", "true");
    answer.append("Vary", "Origin");
  }

  /** A cookie goes along whoever asks: what it changes must have been asked for by our own page, or an allowed one. */
  #demandCookieIsMeant(request: Request, from: From): void {
    const reads = request.method === "GET" || request.method === "HEAD";
    const isOurs = from === "own" || from === "allowed";
    const fetchedByUs = request.headers.get("sec-fetch-site") === "same-origin";
    if (from === "any" || !(reads || isOurs || fetchedByUs)) throw refusedOrigin("use a session");
  }

  #from(request: Request): From {
    const origin = request.headers.get("origin");
    if (origin === null) return "none";
    const { publicUrl, allowedOrigins } = this.settings;
    if (isOrigin(origin, `//${request.headers.get("host")}`)) return "own";
    if (publicUrl !== undefined && new URL(publicUrl).origin === origin) return "own";
    if (allowedOrigins.includes(origin)) return "allowed";
    return allowedOrigins.includes("*") ? "any" : "foreign";
  }
}

/** By name and port: in front of a proxy the scheme can be another. */
function isOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && `//${new URL(origin).host}` === host.toLowerCase();
}

/**
 * A GET of another site's page names no origin where the page cannot read the answer, but browsers say so in this
 * header. A link to the panel that a person followed is not meant; one to the API is, because an answer can be taken
 * only once (input for a script).
 */
function isForeignFetch({ url, headers }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== "cross-site" && site !== "same-site") return false;
  return headers.get("sec-fetch-mode") !== "navigate" || new URL(url).pathname.startsWith("/api/");
}

function comesByCookie({ headers }: Request): boolean {
  const hasHeader = headers.has("authorization") || headers.has("x-api-key");
  return !hasHeader && sessionOf(headers.get("cookie")) !== undefined;
}

function refusedOrigin(what: string): KerutaError {
  return new KerutaError(
    "FORBIDDEN",
    `a page of another origin may not ${what}: add its origin to allowedOrigins if it should`,
  );
}
