import type { Role } from "./identity.ts";

/** Somebody who logs in by name and password. */
export interface UserSettings {
  readonly username: string;
  /** As `keruta password` prints it; a password is never written down. */
  readonly passwordHash: string;
  readonly role: Role;
}

/** How it is known who somebody is. With none of the first five given, nobody is asked. */
export interface AuthSettings {
  /** Signs and verifies HS256 tokens. Absent: there are none. */
  readonly jwtSecret?: string | undefined;
  /** Where the public keys of RS256 and ES256 tokens are, such as Keycloak's. */
  readonly jwksUrl?: string | undefined;
  /** The file of API keys, hashed. */
  readonly apiKeysFile?: string | undefined;
  readonly users: readonly UserSettings[];
  /** What tokens must name as their `iss` and `aud`. Absent: they may name any. */
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** Where a foreign token names its roles: `realm_access.roles`, the way to the claim with dots. */
  readonly rolesClaim: string;
  /** How long the tokens are good that a log-in gives. */
  readonly accessTokenLifetimeMs: number;
  readonly refreshTokenLifetimeMs: number;
  /** Who does not say who they are may look on. */
  readonly anonymousViewers: boolean;
  /** Credentials may stand in an address (`?token=`), where proxies write them down: for old clients. */
  readonly queryToken: boolean;
}

/** Whether anybody has to say who they are. */
export function isProtected(auth: AuthSettings): boolean {
  const { jwtSecret, jwksUrl, apiKeysFile, users } = auth;
  return [jwtSecret, jwksUrl, apiKeysFile].some((given) => given !== undefined) || users.length > 0;
}
