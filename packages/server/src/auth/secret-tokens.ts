import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { AuthSettings } from "../auth-settings.ts";
import type { Identity } from "../identity.ts";
import { refused } from "./credential.ts";
import { clockToleranceSeconds, refusedToken } from "./token-checks.ts";

/** HS256 is as strong as its secret: RFC 7518 asks for at least as many bits as the hash has. */
export const minSecretBytes = 32;

/** What a token of ours is for: one use's token is not taken for another's. An `access` token does not say so. */
export type TokenUse = "access" | "refresh" | "session";

/** Tokens signed with a secret that only this server (and whoever makes tokens for it) knows. */
export class SecretTokens {
  readonly #secret: Uint8Array;
  readonly #names: { issuer?: string; audience?: string };

  /** Issuer and audience are a key server's where there is one: what is signed with the secret is ours. */
  constructor(
    secret: string,
    { jwksUrl, issuer, audience }: Pick<AuthSettings, "jwksUrl" | "issuer" | "audience">,
    private readonly nowMs: () => number,
  ) {
    this.#secret = new TextEncoder().encode(secret);
    this.#names =
      jwksUrl === undefined
        ? { ...(issuer === undefined ? {} : { issuer }), ...(audience === undefined ? {} : { audience }) }
        : {};
  }

  async sign(identity: Identity, use: TokenUse, lifetimeMs: number): Promise<string> {
    const issuedAt = Math.floor(this.nowMs() / 1_000);
    const { name, role, tasks, keyId, isUser } = identity;
    const token = new SignJWT({
      role,
      ...(tasks === undefined ? {} : { tasks }),
      ...(keyId === undefined ? {} : { key: keyId }),
      ...(isUser === undefined ? {} : { login: isUser }),
      ...(use === "access" ? {} : { use }),
    })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setSubject(name)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + Math.ceil(lifetimeMs / 1_000));
    if (this.#names.issuer !== undefined) token.setIssuer(this.#names.issuer);
    if (this.#names.audience !== undefined) token.setAudience(this.#names.audience);
    return token.sign(this.#secret);
  }

  /** Throws UNAUTHORIZED. */
  async verify(token: string, use: TokenUse): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.#secret, {
      ...this.#names,
      algorithms: ["HS256"],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(this.nowMs()),
      requiredClaims: ["exp"],
    }).catch(refusedToken);
    if ((payload["use"] ?? "access") !== use) throw refused("the token was given for another use");
    return payload;
  }
}
