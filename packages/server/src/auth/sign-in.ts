import type { AuthSettings, UserSettings } from "../auth-settings.ts";
import { anonymousViewer, type Identity } from "../identity.ts";
import type { Logger } from "../logger.ts";
import { actionsOf } from "../permissions.ts";
import type { RequestEnv } from "../request-env.ts";
import type { Authenticator } from "./authenticator.ts";
import { refused } from "./credential.ts";
import type { TokenUse } from "./secret-tokens.ts";
import { endedSessionCookie, sessionCookie } from "./session-cookie.ts";

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** What a session is begun with. Neither: what the request itself shows. */
export type Shown = Login | { readonly token: string } | Record<never, never>;

/** Every spelling that the documents have of it. */
export interface Tokens {
  readonly token: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly tokenType: "Bearer";
  /** Seconds. */
  readonly expiresIn: number;
}

/** Who is asking, as they may know it. */
export interface Myself {
  readonly name: string;
  readonly role: string;
  readonly tasks?: readonly string[];
  /** Actions of the table of permissions, on the tasks they see. */
  readonly may: readonly string[];
  /** Whether the server asks everybody who they are. */
  readonly authRequired: boolean;
  /** When what they showed runs out, in ISO 8601. */
  readonly expiresAt?: string;
}

export interface SignInParts {
  readonly authenticator: Authenticator;
  readonly settings: Pick<AuthSettings, "accessTokenLifetimeMs" | "refreshTokenLifetimeMs">;
  /** Counts a guess. Throws RateLimitError. */
  readonly demandLogIn: (address: string, username: string) => void;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** The answers of `/api/v1/auth`. Each rejects with UNAUTHORIZED for what is shown and not good. */
export class SignIn {
  constructor(private readonly parts: SignInParts) {}

  /** Rejects with RateLimitError too. */
  async login(login: Login, env: RequestEnv): Promise<Response> {
    const user = await this.#checkPassword(login, env);
    return answer(await this.#tokensFor(user));
  }

  /** A refresh token is good until it expires, as long as its user is one. */
  async refresh({ refreshToken }: { readonly refreshToken: string }): Promise<Response> {
    const claims = await this.parts.authenticator.tokens?.verify(refreshToken, "refresh");
    const user = this.parts.authenticator.passwords.find(claims?.sub ?? "");
    if (user === undefined) throw refused("the user of this token is not known any more");
    return answer(await this.#tokensFor(user));
  }

  /** Answers with `Myself` and a cookie, which never outlives what it was made from. Rejects with RateLimitError too. */
  async openSession(shown: Shown, env: RequestEnv): Promise<Response> {
    const identity = await this.#identityShown(shown, env);
    const { tokens } = this.parts.authenticator;
    if (tokens === undefined) return answer(this.#myself(identity));
    if (identity === anonymousViewer) throw refused("there are none to begin a session with");
    const lifetimeMs = this.#sessionLifetimeMs(identity);
    const session = await tokens.sign(identity, "session", lifetimeMs);
    return answer(this.#myself(identity), sessionCookie(session, lifetimeMs, env.isSecure));
  }

  /** Makes the browser forget the cookie; whoever has none is answered alike. */
  async closeSession(env: RequestEnv): Promise<Response> {
    const headers = { "Set-Cookie": endedSessionCookie(env.isSecure) };
    return new Response(null, { status: 204, headers });
  }

  async me(env: RequestEnv): Promise<Response> {
    return answer(this.#myself(await env.identify()));
  }

  async #identityShown(shown: Shown, env: RequestEnv): Promise<Identity> {
    if ("username" in shown) return identityOfUser(await this.#checkPassword(shown, env));
    return "token" in shown ? this.parts.authenticator.identifyToken(shown.token) : env.identify();
  }

  async #checkPassword({ username, password }: Login, { address }: RequestEnv): Promise<UserSettings> {
    const { authenticator, demandLogIn, logger } = this.parts;
    demandLogIn(address, username);
    try {
      const user = await authenticator.passwords.check(username, password);
      logger.info({ username, address }, "logged in");
      return user;
    } catch (error) {
      // Not by which name: people type passwords there.
      logger.warn({ address }, "a log-in was refused");
      throw error;
    }
  }

  async #tokensFor(user: UserSettings): Promise<Tokens> {
    const { accessTokenLifetimeMs, refreshTokenLifetimeMs } = this.parts.settings;
    const sign = (use: TokenUse, lifetimeMs: number) =>
      // Where users are, there is something to sign with.
      this.parts.authenticator.tokens!.sign(identityOfUser(user), use, lifetimeMs);
    const token = await sign("access", accessTokenLifetimeMs);
    const refreshToken = await sign("refresh", refreshTokenLifetimeMs);
    const expiresIn = Math.ceil(accessTokenLifetimeMs / 1_000);
    return { token, accessToken: token, refreshToken, tokenType: "Bearer", expiresIn };
  }

  #sessionLifetimeMs({ expiresAtMs = Number.POSITIVE_INFINITY }: Identity): number {
    return Math.max(
      0,
      Math.min(this.parts.settings.refreshTokenLifetimeMs, expiresAtMs - this.parts.nowMs()),
    );
  }

  #myself(identity: Identity): Myself {
    const { name, role, tasks, expiresAtMs } = identity;
    return {
      name,
      role,
      ...(tasks === undefined ? {} : { tasks }),
      may: actionsOf(identity),
      authRequired: this.parts.authenticator.isRequired,
      ...(expiresAtMs === undefined ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
    };
  }
}

function identityOfUser({ username, role }: UserSettings): Identity {
  return { name: username, role, isUser: true };
}

function answer(body: object, cookie?: string): Response {
  const headers = { "Cache-Control": "no-store", ...(cookie === undefined ? {} : { "Set-Cookie": cookie }) };
  return Response.json(body, { headers });
}
