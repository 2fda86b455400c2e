import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silentLogger } from "./logger.ts";
import { startServer } from "./start.ts";
import { StartError } from "./start-error.ts";
import { schemaVersion } from "./store/sqlite/schema.ts";
import { makeFrame } from "./testing/make-frame.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { TestClient } from "./testing/test-client.ts";
import { startTestServer } from "./testing/test-server.ts";

async function refusal(options: Partial<Parameters<typeof startServer>[0]>): Promise<string> {
  const error = await startServer({
    port: 0,
    dataDir: temporaryFolder(),
    logger: silentLogger,
    ...options,
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StartError)) throw new Error(`not refused with a StartError: ${String(error)}`);
  return error.message;
}

describe("the server refuses to start, in one sentence that says what to do", () => {
  test("where the port is taken", async () => {
    const { port } = await startTestServer();
    expect(await refusal({ port })).toBe(
      `port ${port} on 127.0.0.1 is taken: stop the program that has it, or choose another with --port`,
    );
  });

  test("where the data folder cannot be one", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect(await refusal({ dataDir: join(file, "data") })).toContain(
      `cannot write to the data folder ${file}/data`,
    );
  });

  test("where the database cannot be read", async () => {
    const dataDir = temporaryFolder();
    writeFileSync(
      join(dataDir, "keruta.sqlite"),
      "not a database at all, but long enough to be looked at as one",
    );
    expect(await refusal({ dataDir })).toContain("cannot open the store: file is not a database");
  });

  test("where another server has the folder", async () => {
    const dataDir = temporaryFolder();
    await startTestServer({ dataDir });
    expect(await refusal({ dataDir })).toContain(
      `the data folder ${dataDir} is in use by another keruta server`,
    );
  });

  test("where the schema is newer than the program", async () => {
    const dataDir = join(temporaryFolder(), "data");
    mkdirSync(dataDir);
    const database = new Database(join(dataDir, "keruta.sqlite"), { create: true });
    database.run("PRAGMA user_version = 99");
    database.close();
    const message = await refusal({ dataDir });
    expect(message).toContain(
      `has schema version 99, and this program knows versions up to ${schemaVersion}`,
    );
    expect(message).toContain("start the newer program");
  });
});

describe("a graceful stop", () => {
  test("tells everyone when to come back, after committing what had arrived", async () => {
    const dataDir = temporaryFolder();
    const server = await startServer({
      port: 0,
      dataDir,
      logger: silentLogger,
      tuning: { goawayJitterMs: 50 },
    });
    const { agent, welcome } = await TestClient.agent(server.url, "task", "run");
    const viewer = await TestClient.open(server.url, "/ws/tasks/task");
    viewer.send({ type: "subscribe", protocol: 1 });
    await viewer.waitFor("subscribed");
    for (let first = 1; first <= 191; first += 10) agent.sendChunk(makeFrame(first, 10));
    await agent.waitFor("ack");
    await server.stop("upgrade");
    for (const client of [agent, viewer]) {
      expect(await client.waitForClose()).toEqual({ code: 1012, reason: "SERVER_STOPPING" });
      expect(client.all("goaway")[0]).toMatchObject({ reason: "upgrade" });
      expect(client.all("goaway")[0]!.retryAfterMs).toBeLessThanOrEqual(50);
    }
    const acknowledged = agent.all("ack").at(-1)!.sequence;
    const next = await startTestServer({ dataDir });
    const back = await TestClient.agent(next.url, "task", "run", welcome.claim);
    expect(back.welcome.head).toBeGreaterThanOrEqual(acknowledged);
    expect(back.welcome.claim).toBe(welcome.claim);
  });
});
