import { KerutaError } from "@keruta/protocol";
import { isApiKey } from "./api-key.ts";
import { sessionOf } from "./session-cookie.ts";

/** What somebody shows of who they are. `text` is a secret. */
export type Credential =
  | { readonly kind: "token" | "key"; readonly text: string }
  /** Sent by the browser by itself, whoever made it ask. */
  | { readonly kind: "session"; readonly text: string };

/** Longer than any credential: what is longer is not looked at. */
const maxCredentialLength = 16 * 1024;

/**
 * A header before the address before the cookie. Undefined: nothing is shown. Throws UNAUTHORIZED where what is shown
 * is not of a kind that is taken here.
 */
export function credentialOf(request: Request, queryToken: boolean): Credential | undefined {
  return headerCredential(request.headers) ?? queryCredential(request.url, queryToken) ?? cookieOf(request);
}

/** What stands where a token is expected: programs that know only tokens show API keys there. */
export function credentialOfText(text: string): Credential {
  if (text === "" || text.length > maxCredentialLength) throw refused("it is empty, or far too long");
  return { kind: isApiKey(text) ? "key" : "token", text };
}

export function refused(why: string): KerutaError {
  return new KerutaError("UNAUTHORIZED", `cannot accept the credentials: ${why}`);
}

function headerCredential(headers: Headers): Credential | undefined {
  const key = headers.get("x-api-key");
  const authorization = headers.get("authorization");
  if (authorization === null) return key === null ? undefined : { kind: "key", text: key.trim() };
  const [, scheme = "", text = ""] = /^\s*(\S+)\s+(\S+)\s*$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return credentialOfText(text);
    case "apikey":
      return { kind: "key", text };
    default:
      throw refused("the Authorization header must be `Bearer <token>` or `ApiKey <key>`");
  }
}

function queryCredential(url: string, isAllowed: boolean): Credential | undefined {
  const token = new URL(url).searchParams.get("token");
  if (token === null) return undefined;
  if (isAllowed) return credentialOfText(token);
  throw refused("a token may not stand in an address here (auth.queryToken allows it): send it in a header");
}

function cookieOf(request: Request): Credential | undefined {
  const text = sessionOf(request.headers.get("cookie"));
  return text === undefined ? undefined : { kind: "session", text };
}
