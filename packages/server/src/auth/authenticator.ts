import { decodeProtectedHeader, type JWTPayload } from "jose";
import { type AuthSettings, isProtected } from "../auth-settings.ts";
import { anonymousAdmin, anonymousViewer, type Identity } from "../identity.ts";
import type { Logger } from "../logger.ts";
import { StartError } from "../start-error.ts";
import { ApiKeys } from "./api-keys.ts";
import { identityOf } from "./claims.ts";
import { type Credential, credentialOf, credentialOfText, refused } from "./credential.ts";
import { KeyServerTokens, type KeyServerTuning } from "./key-server-tokens.ts";
import { Passwords } from "./passwords.ts";
import { minSecretBytes, SecretTokens } from "./secret-tokens.ts";
import { clockToleranceMs } from "./token-checks.ts";

/**
 * Says who somebody is. What is shown and not good is refused, also where nothing would have had to be shown; where
 * nobody has to say who they are, nothing is looked at and everybody is `anonymousAdmin`.
 */
export interface Authenticator {
  /** Whether anybody has to say who they are. */
  readonly isRequired: boolean;
  /** Whether somebody who shows nothing may come in, to look on or to do anything. */
  readonly admitsAnonymous: boolean;

  /** Throws UNAUTHORIZED; FORBIDDEN for somebody without a role here; UNREACHABLE where it cannot be found out. */
  identify(request: Request): Promise<Identity>;

  /** As `identify`; undefined: nothing is shown, and who shows nothing may not come in. */
  identifyIfShown(request: Request): Promise<Identity | undefined>;

  /** A token or API key by itself, as an `auth` message or a log-in brings it. Throws as `identify`. */
  identifyToken(token: string): Promise<Identity>;

  /**
   * Whether somebody's connection may go on: what they showed has not expired, its API key was not revoked. An agent's
   * goes on past the expiry, which would cost the log the end of a script that takes longer.
   */
  mayGoOn(identity: Identity): boolean;

  readonly passwords: Passwords;
  /** Signs what a log-in gives. Undefined: nobody can log in, because nobody has to. */
  readonly tokens: SecretTokens | undefined;
}

/** Throws StartError where the settings cannot be used. */
export function createAuthenticator(
  settings: AuthSettings,
  nowMs: () => number,
  logger: Logger,
  keyServerTuning?: Partial<KeyServerTuning>,
): Authenticator {
  return isProtected(settings) ? new Gate(settings, nowMs, logger, keyServerTuning) : new OpenDoor();
}

/** Nobody has to say who they are. */
class OpenDoor implements Authenticator {
  readonly isRequired = false;
  readonly admitsAnonymous = true;
  readonly passwords = new Passwords([]);
  readonly tokens = undefined;

  async identify(): Promise<Identity> {
    return anonymousAdmin;
  }

  async identifyIfShown(): Promise<Identity> {
    return anonymousAdmin;
  }

  async identifyToken(): Promise<Identity> {
    return anonymousAdmin;
  }

  mayGoOn(): boolean {
    return true;
  }
}

class Gate implements Authenticator {
  readonly isRequired = true;
  readonly admitsAnonymous: boolean;
  readonly passwords: Passwords;
  readonly tokens: SecretTokens;
  readonly #keyServer: KeyServerTokens | undefined;
  readonly #apiKeys: ApiKeys | undefined;

  constructor(
    private readonly settings: AuthSettings,
    private readonly nowMs: () => number,
    logger: Logger,
    keyServerTuning: Partial<KeyServerTuning> | undefined,
  ) {
    const { jwtSecret, jwksUrl, apiKeysFile, users } = settings;
    this.admitsAnonymous = settings.anonymousViewers;
    this.passwords = new Passwords(users);
    this.tokens = new SecretTokens(checked(jwtSecret) ?? passingSecret(), settings, nowMs);
    this.#keyServer =
      jwksUrl === undefined
        ? undefined
        : new KeyServerTokens(jwksUrl, settings, nowMs, logger, keyServerTuning);
    this.#apiKeys = apiKeysFile === undefined ? undefined : new ApiKeys(apiKeysFile, nowMs, logger);
  }

  async identify(request: Request): Promise<Identity> {
    const identity = await this.identifyIfShown(request);
    if (identity === undefined) throw refused("there are none; send a token or an API key, or log in");
    return identity;
  }

  async identifyIfShown(request: Request): Promise<Identity | undefined> {
    const credential = credentialOf(request, this.settings.queryToken);
    if (credential !== undefined) return this.#identityOf(credential);
    return this.admitsAnonymous ? anonymousViewer : undefined;
  }

  async identifyToken(token: string): Promise<Identity> {
    return this.#identityOf(credentialOfText(token));
  }

  mayGoOn(identity: Identity): boolean {
    const { expiresAtMs, role } = identity;
    const hasExpired = expiresAtMs !== undefined && expiresAtMs + clockToleranceMs <= this.nowMs();
    return (!hasExpired || role === "agent") && !this.#isRevoked(identity);
  }

  async #identityOf({ kind, text }: Credential): Promise<Identity> {
    if (kind === "key") return this.#identityOfKey(text);
    const claims =
      kind === "session" ? await this.tokens.verify(text, "session") : await this.#claimsOf(text);
    const identity = identityOf(claims, this.settings);
    // A session that was begun with an API key ends with it.
    if (this.#isRevoked(identity)) throw refused("the API key it was made from was revoked");
    return identity.isUser === true ? this.#asUser(identity) : identity;
  }

  #asUser(identity: Identity): Identity {
    const user = this.passwords.find(identity.name);
    if (user === undefined) throw refused("the user who logged in is not known any more");
    return { ...identity, role: user.role };
  }

  #isRevoked({ keyId }: Identity): boolean {
    return keyId !== undefined && this.#apiKeys?.has(keyId) !== true;
  }

  #identityOfKey(text: string): Identity {
    if (this.#apiKeys === undefined) throw refused("no API keys are taken here (auth.apiKeysFile)");
    return this.#apiKeys.identify(text);
  }

  /** Which kind of key checks a token is ours to say; each then takes its own algorithms and no other. */
  #claimsOf(token: string): Promise<JWTPayload> {
    const isOurs = algorithmOf(token) === "HS256" || this.#keyServer === undefined;
    return isOurs ? this.tokens.verify(token, "access") : this.#keyServer!.verify(token);
  }
}

function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    throw refused("the token is not a JSON web token, nor an API key");
  }
}

function checked(secret: string | undefined): string | undefined {
  const length = secret === undefined ? minSecretBytes : Buffer.byteLength(secret);
  if (length >= minSecretBytes) return secret;
  throw new StartError(
    `the JWT secret has ${length} bytes and must have ${minSecretBytes}: make one with \`openssl rand -base64 48\``,
  );
}

/** For log-ins where there is no secret that lasts: what is signed with it ends with the server. */
function passingSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(minSecretBytes))).toString("base64url");
}
