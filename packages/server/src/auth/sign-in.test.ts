import { describe, expect, test } from "bun:test";
import type { AuthSettings } from "../auth-settings.ts";
import type { Identity } from "../identity.ts";
import { silentLogger } from "../logger.ts";
import type { RequestEnv } from "../request-env.ts";
import { createAuthenticator } from "./authenticator.ts";
import { type Myself, type Shown, SignIn, type Tokens } from "./sign-in.ts";

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 0, 1);
// The least argon2 takes: what it costs is not what is tested here.
const passwordHash = Bun.password.hashSync("correct horse", {
  algorithm: "argon2id",
  memoryCost: 8,
  timeCost: 1,
});
const ann = { username: "ann", passwordHash, role: "developer" } as const;

function signInFor(more: Partial<AuthSettings> = {}) {
  let nowMs = startMs;
  const guesses: string[] = [];
  const settings: AuthSettings = {
    jwtSecret: "a secret of more than thirty-two bytes",
    users: [ann],
    rolesClaim: "realm_access.roles",
    accessTokenLifetimeMs: hourMs,
    refreshTokenLifetimeMs: 10 * hourMs,
    anonymousViewers: false,
    queryToken: false,
    ...more,
  };
  const authenticator = createAuthenticator(settings, () => nowMs, silentLogger);
  const demandLogIn = (address: string, username: string) => void guesses.push(`${address} ${username}`);
  const signIn = new SignIn({
    authenticator,
    settings,
    demandLogIn,
    nowMs: () => nowMs,
    logger: silentLogger,
  });
  const env = (headers: Record<string, string> = {}, isSecure = false): RequestEnv => ({
    requestId: "r",
    address: "10.0.0.1",
    isSecure,
    identify: () => authenticator.identify(new Request("http://127.0.0.1/", { headers })),
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { signIn, authenticator, env, guesses, pass };
}

const right = { username: "ann", password: "correct horse" };

async function bodyOf<T>(answer: Response): Promise<T> {
  expect(answer.headers.get("cache-control")).toBe("no-store");
  return (await answer.json()) as T;
}

describe("a log-in", () => {
  test("gives an access and a refresh token, under every name the documents have for them", async () => {
    const { signIn, authenticator, env, guesses, pass } = signInFor();
    const given = await bodyOf<Tokens>(await signIn.login(right, env()));
    expect(given).toEqual({
      token: given.accessToken,
      accessToken: given.accessToken,
      refreshToken: given.refreshToken,
      tokenType: "Bearer",
      expiresIn: 3_600,
    });
    expect(guesses).toEqual(["10.0.0.1 ann"]);
    expect(await authenticator.identifyToken(given.token)).toMatchObject({ name: "ann", role: "developer" });
    await expect(authenticator.identifyToken(given.refreshToken)).rejects.toThrow("for another use");
    await expect(signIn.refresh({ refreshToken: given.token })).rejects.toThrow("for another use");

    pass(2 * hourMs);
    await expect(authenticator.identifyToken(given.token)).rejects.toThrow("expired");
    const renewed = await bodyOf<Tokens>(await signIn.refresh(given));
    expect((await authenticator.identifyToken(renewed.token)).name).toBe("ann");
    pass(9 * hourMs);
    await expect(signIn.refresh(given)).rejects.toThrow("expired");
  });

  test("does not say whether the name or the password was wrong, and looks at a hash for either", async () => {
    const { signIn, env } = signInFor();
    const { verify } = Bun.password;
    const looked: string[] = [];
    Bun.password.verify = (async (password: string, hash: string) => {
      looked.push(hash);
      return verify(password, hash);
    }) as typeof verify;
    try {
      for (const wrong of [
        { ...right, password: "x" },
        { ...right, username: "nobody" },
      ])
        await expect(signIn.login(wrong, env())).rejects.toThrow("the name or the password is wrong");
    } finally {
      Bun.password.verify = verify;
    }
    expect(looked).toEqual([passwordHash, passwordHash]);
  });

  test("is nothing where there are no users", async () => {
    const { signIn, env } = signInFor({ users: [] });
    await expect(signIn.login(right, env())).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });

  test("that are too many at once are sent away, not queued without end", async () => {
    const { signIn, env } = signInFor();
    const all = Array.from({ length: 40 }, () =>
      signIn.login(right, env()).then(
        () => "in",
        ({ code }) => code,
      ),
    );
    const outcomes = await Promise.all(all);
    expect(outcomes.filter((outcome) => outcome === "in")).toHaveLength(32);
    expect(outcomes.filter((outcome) => outcome === "RATE_LIMIT_EXCEEDED")).toHaveLength(8);
  });

  test("of somebody who is not among the users any more, or has another role now, is worth what is so now", async () => {
    const before = signInFor();
    const given = await bodyOf<Tokens>(await before.signIn.login(right, before.env()));
    const gone = signInFor({ users: [{ ...ann, username: "bob" }] });
    await expect(gone.authenticator.identifyToken(given.token)).rejects.toThrow("not known any more");
    await expect(gone.signIn.refresh(given)).rejects.toThrow("not known any more");
    const demoted = signInFor({ users: [{ ...ann, role: "viewer" }] });
    expect((await demoted.authenticator.identifyToken(given.token)).role).toBe("viewer");
  });
});

test("a password that was written down instead of its hash stops the start, and is not repeated", () => {
  const written = () => signInFor({ users: [{ ...ann, passwordHash: "hunter2" }] });
  expect(written).toThrow("the passwordHash of user ann is not a hash");
  expect(written).not.toThrow("hunter2");
});

describe("a session", () => {
  async function opened(shown: Shown, headers: Record<string, string> = {}, isSecure = false) {
    const parts = signInFor();
    const answer = await parts.signIn.openSession(shown, parts.env(headers, isSecure));
    const cookie = answer.headers.get("set-cookie") ?? "";
    return { ...parts, myself: await bodyOf<Myself>(answer), cookie, sent: cookie.split(";")[0]! };
  }

  test("is begun with a name and password, in a cookie that scripts and other sites cannot use", async () => {
    const { cookie, sent, myself, env, signIn, pass } = await opened(right, {}, true);
    expect(cookie).toMatch(
      /^keruta_session=[\w.-]+; Path=\/; Max-Age=36000; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(myself).toMatchObject({ name: "ann", role: "developer", authRequired: true });
    expect(myself.may).toContain("input.send");
    expect(await bodyOf<Myself>(await signIn.me(env({ cookie: sent })))).toMatchObject({
      name: "ann",
      expiresAt: new Date(startMs + 10 * hourMs).toISOString(),
    });
    pass(11 * hourMs);
    await expect(signIn.me(env({ cookie: sent }))).rejects.toThrow("expired");
  });

  test("begun with a token, in the body or as shown, ends with the token", async () => {
    const { authenticator } = signInFor();
    const agent: Identity = { name: "ci", role: "agent", tasks: ["a"] };
    const token = await authenticator.tokens!.sign(agent, "access", hourMs);
    for (const { cookie, myself } of [
      await opened({ token }),
      await opened({}, { authorization: `Bearer ${token}` }),
    ]) {
      expect(cookie).toContain("; Max-Age=3600; HttpOnly; SameSite=Strict");
      expect(cookie).not.toContain("Secure");
      expect(myself).toMatchObject({ name: "ci", role: "agent", tasks: ["a"] });
    }
  });

  test("is not begun with nothing, with something bad, or by looking on", async () => {
    const { signIn, env } = signInFor();
    await expect(signIn.openSession({}, env())).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(signIn.openSession({ token: "x" }, env())).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    const lenient = signInFor({ anonymousViewers: true });
    await expect(lenient.signIn.openSession({}, lenient.env())).rejects.toMatchObject({
      code: "UNAUTHORIZED",
    });
  });

  test("is ended by taking the cookie away", async () => {
    const { signIn, env } = signInFor();
    const answer = await signIn.closeSession(env());
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toStartWith("keruta_session=; Path=/; Max-Age=0;");
  });

  test("is not needed where nobody has to say who they are", async () => {
    const { signIn, env } = signInFor({ jwtSecret: undefined, users: [] });
    const answer = await signIn.openSession({}, env());
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await bodyOf<Myself>(answer)).toMatchObject({
      name: "anonymous",
      role: "admin",
      authRequired: false,
    });
  });
});
