import { describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import type { AuthSettings } from "../auth-settings.ts";
import { silentLogger } from "../logger.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { newApiKey } from "./api-key.ts";
import { addApiKey, removeApiKey } from "./api-key-file.ts";
import { createAuthenticator } from "./authenticator.ts";
import type { KeyServerTuning } from "./key-server-tokens.ts";
import { SecretTokens } from "./secret-tokens.ts";
import { sessionCookie } from "./session-cookie.ts";

const secret = "a secret of more than thirty-two bytes";
const hourMs = 3_600_000;

let nowMs = Date.UTC(2026, 0, 1);
const clock = () => nowMs;

function authenticator(settings: Partial<AuthSettings> = {}, tuning?: Partial<KeyServerTuning>) {
  const whole: AuthSettings = {
    users: [],
    rolesClaim: "realm_access.roles",
    accessTokenLifetimeMs: hourMs,
    refreshTokenLifetimeMs: 24 * hourMs,
    anonymousViewers: false,
    queryToken: false,
    ...settings,
  };
  return createAuthenticator(whole, clock, silentLogger, tuning);
}

const tokens = new SecretTokens(secret, {}, clock);

function withHeaders(headers: Record<string, string>, url = "http://127.0.0.1/api/v1/tasks"): Request {
  return new Request(url, { headers });
}

function bearer(token: string): Request {
  return withHeaders({ authorization: `Bearer ${token}` });
}

function signed(claims: JWTPayload, key: Uint8Array | CryptoKey, alg: string, kid?: string): Promise<string> {
  const header = { alg, ...(kid === undefined ? {} : { kid }) };
  const exp = claims.exp ?? Math.floor(nowMs / 1_000) + 60;
  return new SignJWT({ ...claims, exp }).setProtectedHeader(header).sign(key);
}

const foreignKey = new TextEncoder().encode(secret);

describe("nobody has to say who they are where nothing is set", () => {
  test("and whatever is shown is not looked at", async () => {
    const open = authenticator();
    expect(open.isRequired).toBe(false);
    expect(await open.identify(bearer("nonsense"))).toEqual({ name: "anonymous", role: "admin" });
    expect(await open.identifyToken("nonsense")).toEqual({ name: "anonymous", role: "admin" });
  });
});

describe("our own tokens", () => {
  const gate = authenticator({ jwtSecret: secret });

  test("say who, in which role, for which tasks, how long", async () => {
    const token = await tokens.sign({ name: "ci", role: "agent", tasks: ["a", "b"] }, "access", hourMs);
    const identity = { name: "ci", role: "agent", tasks: ["a", "b"], expiresAtMs: nowMs + hourMs } as const;
    expect(await gate.identify(bearer(token))).toEqual(identity);
    expect(await gate.identifyToken(token)).toEqual(identity);
  });

  test("are refused when they have expired, with half a minute for clocks that differ", async () => {
    const token = await tokens.sign({ name: "ci", role: "agent" }, "access", hourMs);
    const startMs = nowMs;
    nowMs = startMs + hourMs + 29_000;
    const late = await gate.identify(bearer(token));
    expect(gate.mayGoOn(late)).toBe(true);
    nowMs = startMs + hourMs + 31_000;
    await expect(gate.identify(bearer(token))).rejects.toThrow("the token has expired");
    expect(gate.mayGoOn({ ...late, role: "viewer" })).toBe(false);
    // An agent that streams goes on.
    expect(gate.mayGoOn(late)).toBe(true);
    nowMs = startMs;
  });

  test("are good for one use only", async () => {
    for (const use of ["refresh", "session"] as const) {
      const token = await tokens.sign({ name: "ci", role: "admin" }, use, hourMs);
      await expect(gate.identify(bearer(token))).rejects.toThrow("for another use");
    }
    const access = await tokens.sign({ name: "ci", role: "admin" }, "access", hourMs);
    const cookie = sessionCookie(access, hourMs, false);
    await expect(gate.identify(withHeaders({ cookie }))).rejects.toThrow("for another use");
  });

  test.each([
    ["another secret", new TextEncoder().encode("another secret of more than 32 bytes!"), "HS256", {}],
    ["another algorithm", foreignKey, "HS512", {}],
    ["tasks that are no list", foreignKey, "HS256", { tasks: "all" }],
    ["tasks that are no ids", foreignKey, "HS256", { tasks: ["a", 1] }],
  ])("are refused with %s", async (_, key, alg, more) => {
    const token = await signed({ sub: "x", role: "admin", ...more }, key, alg);
    await expect(gate.identify(bearer(token))).rejects.toThrow(/^cannot accept the credentials: /);
  });

  test("are refused unsigned, cut, and without an end", async () => {
    const [, body] = (await signed({ sub: "x", role: "admin" }, foreignKey, "HS256")).split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    const endless = await new SignJWT({ sub: "x", role: "admin" })
      .setProtectedHeader({ alg: "HS256" })
      .sign(foreignKey);
    for (const token of [`${none}.${body}.`, `${none}.${body}`, "a.b.c", "x", endless])
      await expect(gate.identify(bearer(token))).rejects.toThrow(/^cannot accept the credentials: /);
  });

  test("no error repeats what was shown", async () => {
    const token = await signed({ sub: "x", role: "admin" }, foreignKey, "HS512");
    const errors = await Promise.all(
      [token, "hunter2-hunter2", `krt_${"0".repeat(12)}_${"s".repeat(43)}`].map((text) =>
        gate.identify(bearer(text)).catch((error) => String(error)),
      ),
    );
    for (const error of errors) expect(error).not.toMatch(/hunter2|sss|eyJ/);
  });

  test("of another maker with the same secret must name the issuer and audience that are set", async () => {
    const strict = authenticator({ jwtSecret: secret, issuer: "https://id.example", audience: "keruta-api" });
    const right = { sub: "x", role: "viewer", iss: "https://id.example", aud: "keruta-api" };
    expect((await strict.identifyToken(await signed(right, foreignKey, "HS256"))).name).toBe("x");
    for (const wrong of [{ iss: "https://evil.example" }, { aud: "another" }]) {
      const token = await signed({ ...right, ...wrong }, foreignKey, "HS256");
      await expect(strict.identifyToken(token)).rejects.toThrow("is not right");
    }
    const ours = await tokens.sign({ name: "ci", role: "agent" }, "access", hourMs);
    expect((await strict.identifyToken(ours)).name).toBe("ci");
  });

  test("a secret that is too short is refused at the start", () => {
    expect(() => authenticator({ jwtSecret: "short" })).toThrow("must have 32");
  });
});

describe("roles by other names", () => {
  const gate = authenticator({ jwtSecret: secret, audience: "logs", rolesClaim: "groups.of.user" });
  const identify = async (claims: JWTPayload) =>
    gate.identifyToken(await signed({ sub: "s-1", aud: "logs", ...claims }, foreignKey, "HS256"));

  test.each([
    [{ realm_access: { roles: ["offline_access", "system-admin"] } }, "admin"],
    [{ realm_access: { roles: ["viewer", "project-admin"] } }, "developer"],
    [{ resource_access: { "keruta-api": { roles: ["keruta-operator"] } } }, "developer"],
    [{ resource_access: { logs: { roles: ["keruta-viewer"] } } }, "viewer"],
    [{ scope: "openid email keruta:developer" }, "developer"],
    [{ groups: { of: { user: ["API"] } } }, "agent"],
    [{ role: "ADMIN" }, "admin"],
  ] as const)("%p is %p", async (claims, role) => {
    expect((await identify(claims as unknown as JWTPayload)).role).toBe(role);
  });

  test.each([
    {},
    { scope: "admin" },
    { resource_access: { "another-app": { roles: ["admin"] } } },
    { realm_access: "admin" },
    { realm_access: { roles: { 0: "admin" } } },
    { role: ["__proto__", "constructor"] },
  ])("%p is no role here", async (claims) => {
    await expect(identify(claims as JWTPayload)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("the name is what people know, in one line", async () => {
    expect((await identify({ role: "viewer", preferred_username: "ann\nERROR fake" })).name).toBe(
      "ann ERROR fake",
    );
    expect((await identify({ role: "viewer" })).name).toBe("s-1");
  });
});

/** A key server whose keys can be changed while it runs. */
async function keyServer() {
  const server = Bun.serve({ port: 0, fetch: () => respond() });
  let keys: object[] = [];
  let isAway = false;
  let asked = 0;
  function respond(): Response {
    asked++;
    return isAway ? new Response("down", { status: 503 }) : Response.json({ keys });
  }
  return {
    url: `${server.url.origin}/jwks`,
    asked: () => asked,
    publish: (...published: object[]) => {
      keys = published;
    },
    setAway: (away: boolean) => {
      isAway = away;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

async function keyPair(alg: "RS256" | "ES256", kid: string) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

describe("tokens of a key server", () => {
  const claims = { sub: "u", realm_access: { roles: ["viewer"] }, preferred_username: "ann" };

  test("are good as long as their key is known; a new one is fetched, not more often than it may", async () => {
    await using idp = await keyServer();
    const [first, second] = [await keyPair("RS256", "one"), await keyPair("ES256", "two")];
    idp.publish(first.jwk);
    const gate = authenticator({ jwksUrl: idp.url }, { cooldownMs: 0 });
    const token = await signed(claims, first.privateKey, "RS256", "one");
    expect(await gate.identifyToken(token)).toMatchObject({ name: "ann", role: "viewer" });
    await gate.identifyToken(token);
    expect(idp.asked()).toBe(1);

    idp.publish(second.jwk);
    const newer = await signed(claims, second.privateKey, "ES256", "two");
    expect(await gate.identifyToken(newer)).toMatchObject({ name: "ann", role: "viewer" });
    expect(idp.asked()).toBe(2);
    await expect(gate.identifyToken(token)).rejects.toThrow("not signed with a key that is known here");
  });

  test("an unknown key does not make it ask again within the cooldown", async () => {
    await using idp = await keyServer();
    const [known, unknown] = [await keyPair("ES256", "one"), await keyPair("ES256", "two")];
    idp.publish(known.jwk);
    const gate = authenticator({ jwksUrl: idp.url });
    await gate.identifyToken(await signed(claims, known.privateKey, "ES256", "one"));
    const forged = await signed(claims, unknown.privateKey, "ES256", "two");
    for (let i = 0; i < 3; i++) await expect(gate.identifyToken(forged)).rejects.toThrow("known here");
    expect(idp.asked()).toBe(1);
  });

  test("a public key is no secret: what is signed with it as one is refused", async () => {
    await using idp = await keyServer();
    const pair = await keyPair("RS256", "one");
    idp.publish(pair.jwk);
    const spki = new TextEncoder().encode(await exportSPKI(pair.publicKey));
    for (const settings of [{ jwksUrl: idp.url }, { jwksUrl: idp.url, jwtSecret: secret }]) {
      const gate = authenticator(settings);
      const confused = await signed({ ...claims, role: "admin" }, spki, "HS256", "one");
      await expect(gate.identifyToken(confused)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    }
  });

  test("must name the issuer and audience", async () => {
    await using idp = await keyServer();
    const pair = await keyPair("ES256", "one");
    idp.publish(pair.jwk);
    const gate = authenticator({ jwksUrl: idp.url, issuer: "https://id.example", audience: "keruta-api" });
    const right = { ...claims, iss: "https://id.example", aud: ["account", "keruta-api"] };
    const tokenOf = (more: JWTPayload) => signed({ ...right, ...more }, pair.privateKey, "ES256", "one");
    expect((await gate.identifyToken(await tokenOf({}))).name).toBe("ann");
    await expect(gate.identifyToken(await tokenOf({ iss: "https://evil.example" }))).rejects.toThrow("`iss`");
    await expect(gate.identifyToken(await tokenOf({ aud: "another" }))).rejects.toThrow("`aud`");
    await expect(gate.identifyToken(await tokenOf({ exp: 1 }))).rejects.toThrow("the token has expired");
  });

  test("while it is away the keys it had stay good, and without any it is said who does not answer", async () => {
    await using idp = await keyServer();
    const pair = await keyPair("ES256", "one");
    idp.publish(pair.jwk);
    const token = await signed(claims, pair.privateKey, "ES256", "one");
    const gate = authenticator({ jwksUrl: idp.url }, { cacheMs: 0, cooldownMs: 0 });
    await gate.identifyToken(token);
    idp.setAway(true);
    expect((await gate.identifyToken(token)).name).toBe("ann");
    const stale = authenticator({ jwksUrl: idp.url }, { cacheMs: 0, cooldownMs: 0, maxStaleMs: 0 });
    await expect(stale.identifyToken(token)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });
});

describe("API keys", () => {
  const folder = temporaryFolder();
  let files = 0;
  const newFile = () => join(folder, `keys-${files++}.jsonl`);

  function added(path: string, more: { tasks?: string[]; expiresAt?: string } = {}) {
    const { id, text, sha256 } = newApiKey();
    const createdAt = new Date(nowMs).toISOString();
    addApiKey(path, { id, name: "ci", role: "agent", sha256, createdAt, ...more });
    return { id, text };
  }

  test("are taken in every place a credential may stand, and end when they are revoked", async () => {
    const path = newFile();
    const key = added(path, { tasks: ["a"] });
    const gate = authenticator({ apiKeysFile: path, queryToken: true });
    const identity = { name: "ci", role: "agent", tasks: ["a"], keyId: key.id } as const;
    const requests = [
      bearer(key.text),
      withHeaders({ authorization: `ApiKey ${key.text}` }),
      withHeaders({ "x-api-key": key.text }),
      withHeaders({}, `http://127.0.0.1/ws/tasks/a?token=${key.text}`),
    ];
    for (const request of requests) expect(await gate.identify(request)).toEqual(identity);
    const session = await gate.tokens!.sign(identity, "session", hourMs);
    const bySession = withHeaders({ cookie: sessionCookie(session, hourMs, true) });
    expect(await gate.identify(bySession)).toMatchObject(identity);

    expect(removeApiKey(path, key.id)).toBe(true);
    expect(removeApiKey(path, key.id)).toBe(false);
    nowMs += 1_000;
    for (const request of [...requests, bySession])
      await expect(gate.identify(request)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(gate.mayGoOn(identity)).toBe(false);
  });

  test("one that is added while the server runs is taken", async () => {
    const path = newFile();
    added(path);
    const gate = authenticator({ apiKeysFile: path });
    const later = added(path);
    nowMs += 1_000;
    expect((await gate.identifyToken(later.text)).keyId).toBe(later.id);
  });

  test("expire to the moment", async () => {
    const path = newFile();
    const { text } = added(path, { expiresAt: new Date(nowMs + 1_000).toISOString() });
    const gate = authenticator({ apiKeysFile: path });
    nowMs += 999;
    await gate.identifyToken(text);
    nowMs += 1;
    await expect(gate.identifyToken(text)).rejects.toThrow("has expired");
  });

  test("with another secret, or another id, are unknown", async () => {
    const path = newFile();
    const { id, text } = added(path);
    const gate = authenticator({ apiKeysFile: path });
    const other = newApiKey();
    for (const wrong of [other.text, `krt_${id}_${other.text.slice(17)}`, `${text}x`, ""])
      await expect(gate.identify(withHeaders({ "x-api-key": wrong }))).rejects.toThrow(
        "unknown or was revoked",
      );
  });

  test("a file that cannot be understood stops the start, and changes nothing later; one that is gone takes all", async () => {
    const path = newFile();
    writeFileSync(path, '{"id":"x"}\n');
    expect(() => authenticator({ apiKeysFile: path })).toThrow(`line 1 of ${path}: id must be 12 hex digits`);
    expect(() => authenticator({ apiKeysFile: join(folder, "none") })).toThrow("makes the file");
    rmSync(path);
    const { text } = added(path);
    const gate = authenticator({ apiKeysFile: path });
    writeFileSync(path, "{broken");
    nowMs += 1_000;
    await gate.identifyToken(text);
    rmSync(path);
    nowMs += 1_000;
    await expect(gate.identifyToken(text)).rejects.toThrow("unknown or was revoked");
  });
});

describe("where a credential may stand", () => {
  test("not in an address, unless that is allowed; a header counts before it", async () => {
    const token = await tokens.sign({ name: "q", role: "viewer" }, "access", hourMs);
    const inAddress = withHeaders({}, `http://127.0.0.1/ws/tasks/a?token=${token}`);
    await expect(authenticator({ jwtSecret: secret }).identify(inAddress)).rejects.toThrow("auth.queryToken");
    const lenient = authenticator({ jwtSecret: secret, queryToken: true });
    expect((await lenient.identify(inAddress)).name).toBe("q");
    const both = withHeaders({ authorization: "Bearer x" }, `http://127.0.0.1/?token=${token}`);
    await expect(lenient.identify(both)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });

  test("who shows nothing may look on where that is allowed; what is shown must be good all the same", async () => {
    const closed = authenticator({ jwtSecret: secret });
    await expect(closed.identify(withHeaders({}))).rejects.toThrow("there are none");
    expect(await closed.identifyIfShown(withHeaders({}))).toBeUndefined();
    const lenient = authenticator({ jwtSecret: secret, anonymousViewers: true });
    expect(await lenient.identify(withHeaders({}))).toEqual({ name: "anonymous", role: "viewer" });
    await expect(lenient.identify(bearer("x"))).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(lenient.identify(withHeaders({ authorization: "Basic YTpi" }))).rejects.toThrow("Bearer");
  });
});
