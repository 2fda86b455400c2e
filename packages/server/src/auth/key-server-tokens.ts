import { KerutaError } from "@keruta/protocol";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type ExportedJWKSCache,
  errors,
  type JWKSCacheInput,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwksCache,
  jwtVerify,
} from "jose";
import type { AuthSettings } from "../auth-settings.ts";
import type { Logger } from "../logger.ts";
import { clockToleranceSeconds, refusedToken } from "./token-checks.ts";

/** Public keys only: a token that claims to be signed with a shared secret is never checked against one of these. */
const algorithms = ["RS256", "ES256"];

export interface KeyServerTuning {
  /** Keys are fetched again when they are older, and a token comes. */
  readonly cacheMs: number;
  /** A key that is not known makes them be fetched again, but not more often than this. */
  readonly cooldownMs: number;
  readonly timeoutMs: number;
  /** While the key server is away, keys up to this age stay good: its outage is not everybody's. */
  readonly maxStaleMs: number;
}

const defaults: KeyServerTuning = {
  cacheMs: 5 * 60_000,
  cooldownMs: 30_000,
  timeoutMs: 5_000,
  maxStaleMs: 60 * 60_000,
};

type VerifyingKey = Awaited<ReturnType<JWTVerifyGetKey>>;

/** Tokens of somebody else, such as Keycloak, whose public keys are fetched from `jwksUrl`. */
export class KeyServerTokens {
  readonly #cache: JWKSCacheInput = {};
  readonly #keys: JWTVerifyGetKey;
  readonly #tuning: KeyServerTuning;

  constructor(
    private readonly jwksUrl: string,
    private readonly settings: Pick<AuthSettings, "issuer" | "audience">,
    private readonly nowMs: () => number,
    private readonly logger: Logger,
    tuning: Partial<KeyServerTuning> = {},
  ) {
    this.#tuning = { ...defaults, ...tuning };
    this.#keys = createRemoteJWKSet(new URL(jwksUrl), {
      cacheMaxAge: this.#tuning.cacheMs,
      cooldownDuration: this.#tuning.cooldownMs,
      timeoutDuration: this.#tuning.timeoutMs,
      [jwksCache]: this.#cache,
    });
  }

  /** Throws UNAUTHORIZED, or UNREACHABLE where the keys cannot be had. */
  async verify(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.settings;
    const { payload } = await jwtVerify(token, (header, input) => this.#keyFor(header, input), {
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
      algorithms,
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(this.nowMs()),
      requiredClaims: ["exp"],
    }).catch((error) => {
      if (error instanceof KerutaError) throw error;
      return refusedToken(error);
    });
    return payload;
  }

  async #keyFor(...asked: Parameters<JWTVerifyGetKey>): Promise<VerifyingKey> {
    try {
      return await this.#keys(...asked);
    } catch (error) {
      // Of the key the token names, not of the key server.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      const { jwks, uat = 0 } = this.#cache as Partial<ExportedJWKSCache>;
      this.logger.warn({ err: error, keyServer: this.jwksUrl }, "cannot fetch the keys of tokens");
      if (jwks !== undefined && Date.now() - uat < this.#tuning.maxStaleMs)
        return createLocalJWKSet(jwks)(...asked);
      const host = new URL(this.jwksUrl).host;
      throw new KerutaError(
        "UNREACHABLE",
        `cannot check the token: the key server at ${host} does not answer`,
        {
          cause: error,
        },
      );
    }
  }
}
