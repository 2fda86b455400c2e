import { decodeJwt, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { AuthSettings } from "../auth-settings.ts";
import type { Identity } from "../identity.ts";
import { refused } from "./credential.ts";
import { clockToleranceSeconds, refusedToken } from "./token-checks.ts";

/** HS256 is as strong as its secret: RFC 7518 asks for at least as many bits as the hash has. */
export const minSecretBytes = 32;

/** What a token of ours is for: one use's token is not taken for another's. An `access` token does not say so. */
export type TokenUse = "access" | "refresh" | "session";

/** What our own tokens name as their issuer. */
const ourIssuer = "keruta";

/** Tokens signed with a secret that only this server (and whoever makes tokens for it) knows. */
export class SecretTokens {
  readonly #secret: Uint8Array;

  /** `foreign`: what tokens must name that are signed with the secret, but were not made by us. */
  constructor(
    secret: string,
    private readonly foreign: Pick<AuthSettings, "issuer" | "audience">,
    private readonly nowMs: () => number,
  ) {
    this.#secret = new TextEncoder().encode(secret);
  }

  async sign(identity: Identity, use: TokenUse, lifetimeMs: number): Promise<string> {
    const issuedAt = Math.floor(this.nowMs() / 1_000);
    const { name, role, tasks, keyId, isUser } = identity;
    return new SignJWT({
      role,
      ...(tasks === undefined ? {} : { tasks }),
      ...(keyId === undefined ? {} : { key: keyId }),
      ...(isUser === undefined ? {} : { login: isUser }),
      ...(use === "access" ? {} : { use }),
    })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuer(ourIssuer)
      .setSubject(name)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + Math.ceil(lifetimeMs / 1_000))
      .sign(this.#secret);
  }

  /** Throws UNAUTHORIZED. */
  async verify(token: string, use: TokenUse): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.#secret, {
      ...this.#namesFor(token),
      algorithms: ["HS256"],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(this.nowMs()),
      requiredClaims: ["exp"],
    }).catch(refusedToken);
    if ((payload["use"] ?? "access") !== use) throw refused("the token was given for another use");
    return payload;
  }

  /** The signature is what counts; which names go with it, whoever signed it says. */
  #namesFor(token: string): { issuer?: string; audience?: string } {
    const { issuer, audience } = this.foreign;
    if (issuerOf(token) === ourIssuer) return { issuer: ourIssuer };
    return { ...(issuer === undefined ? {} : { issuer }), ...(audience === undefined ? {} : { audience }) };
  }
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
