import { beforeAll, describe, expect, test } from "bun:test";
import { zstdDecompressSync } from "node:zlib";
import { type Manifest, readManifest, readTaskRecord } from "@keruta/protocol";
import type { PanelAssets } from "../panel-assets.ts";
import { makeFrame } from "../testing/make-frame.ts";
import { TestClient } from "../testing/test-client.ts";
import { startTestServer } from "../testing/test-server.ts";

const page = {
  body: Buffer.from("<!doctype html>"),
  contentType: "text/html; charset=utf-8",
  etag: '"page"',
  encodings: {},
  immutable: false,
};
const script = {
  body: Buffer.from("run()"),
  contentType: "text/javascript",
  etag: '"script"',
  encodings: { gzip: Bun.gzipSync("run()"), zstd: Bun.zstdCompressSync("run()") },
  immutable: true,
};
const panel: PanelAssets = {
  indexPath: "/index.html",
  find: (path) => ({ "/index.html": page, "/app-1a2b.js": script })[path],
};

const { url } = await startTestServer({ panel });
const attemptUrl = `${url}/api/v1/tasks/job/attempts/1`;
let sealed: Manifest;

async function fetchManifest(): Promise<Manifest> {
  return readManifest(await (await fetch(`${attemptUrl}/manifest`)).json());
}

beforeAll(async () => {
  const { agent } = await TestClient.agent(url, "job", "run");
  for (let first = 1; first <= 91; first += 10) agent.sendChunk(makeFrame(first, 10));
  agent.send({ type: "end", lastSequence: 100, state: "FAILED", endedAtUs: 2_000_000, exitCode: 7 });
  await agent.waitFor("ended");
  agent.close();
  do sealed = await fetchManifest();
  while (sealed.sealedThrough < 100 || sealed.summary.connected);
});

describe("the manifest", () => {
  test("lists the segments and is not sent twice", async () => {
    expect(sealed.summary).toMatchObject({ state: "FAILED", exitCode: 7, head: 100 });
    const first = await fetch(`${attemptUrl}/manifest`);
    const etag = first.headers.get("etag")!;
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await fetch(`${attemptUrl}/manifest`, { headers: { "If-None-Match": tag } });
      expect([again.status, await again.text()]).toEqual([304, ""]);
    }
    const after = await fetch(`${attemptUrl}/manifest?after=1`);
    expect(readManifest(await after.json()).segments).toEqual([]);
    expect(after.headers.get("etag")).not.toBe(etag);
  });
});

describe("a segment", () => {
  const address = () => {
    const { firstSequence, checksum } = sealed.segments[0]!;
    return `${attemptUrl}/segments/${firstSequence}-${checksum.toString(16).padStart(8, "0")}`;
  };

  test("goes out as stored where zstd is accepted, else as plain columns; both for ever", async () => {
    const stored = await fetch(address(), {
      headers: { "Accept-Encoding": "gzip, zstd" },
      decompress: false,
    });
    const plain = await fetch(address(), { headers: { "Accept-Encoding": "gzip, zstd;q=0" } });
    const body = await stored.bytes();
    expect(stored.headers.get("content-encoding")).toBe("zstd");
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(body.length).toBe(sealed.segments[0]!.bodyBytes);
    expect(zstdDecompressSync(body).equals(await plain.bytes())).toBe(true);
    for (const { headers } of [stored, plain]) {
      expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(headers.get("vary")).toBe("Accept-Encoding");
    }
    expect(stored.headers.get("etag")).not.toBe(plain.headers.get("etag"));
    const again = await fetch(address(), {
      headers: { "If-None-Match": plain.headers.get("etag")!, "Accept-Encoding": "" },
    });
    expect(again.status).toBe(304);
  });

  test("is not found under another checksum or a bad name", async () => {
    for (const name of ["1-00000000", "1", "x-00000000", "1-0000000G"]) {
      const answer = await fetch(`${attemptUrl}/segments/${name}`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { code: "SEGMENT_NOT_FOUND", status: 404 } });
    }
  });
});

describe("tasks", () => {
  test("are listed and found", async () => {
    const list = (await (await fetch(`${url}/api/v1/tasks?status=FAILED&q=jo&limit=5`)).json()) as unknown[];
    expect(list.map((task) => readTaskRecord(task))).toMatchObject([
      {
        id: "job",
        name: "job",
        title: "job",
        status: "FAILED",
        exitCode: 7,
        attempts: 1,
        completedAt: "1970-01-01T00:00:02.000Z",
      },
    ]);
    expect(await (await fetch(`${url}/api/v1/tasks/job`)).json()).toEqual(list[0]);
  });

  test("that are not there, and parameters that cannot be, are said in one shape", async () => {
    const cases = [
      ["/api/v1/tasks/none", 404, "TASK_NOT_FOUND"],
      ["/api/v1/tasks/none/attempts", 404, "TASK_NOT_FOUND"],
      ["/api/v1/tasks/job/attempts/2/manifest", 404, "ATTEMPT_NOT_FOUND"],
      ["/api/v1/tasks/job/attempts/x/manifest", 400, "INVALID_INPUT"],
      ["/api/v1/tasks?limit=-1", 400, "INVALID_INPUT"],
      ["/api/v1/tasks?status=LOST", 400, "INVALID_INPUT"],
      ["/api/v1/tasks/a%20b", 400, "INVALID_INPUT"],
      ["/api/v1/nothing", 404, "RESOURCE_NOT_FOUND"],
    ] as const;
    for (const [path, status, code] of cases) {
      const answer = await fetch(url + path);
      expect([path, answer.status]).toEqual([path, status]);
      expect(await answer.json()).toMatchObject({
        error: { code, status },
        meta: { version: expect.any(String) },
      });
    }
  });
});

test("health answers GET and HEAD, and requests keep their id", async () => {
  for (const path of ["/health", "/api/health", "/api/v1/health"]) {
    expect(await (await fetch(url + path)).json()).toMatchObject({ status: "UP" });
    expect((await fetch(url + path, { method: "HEAD" })).status).toBe(200);
  }
  const named = await fetch(`${url}/health`, { headers: { "x-request-id": "abc-1" } });
  expect(named.headers.get("x-request-id")).toBe("abc-1");
  expect((await fetch(`${url}/health`)).headers.get("x-request-id")).toHaveLength(36);
});

describe("the panel", () => {
  test("answers every address that is not the API's, with a strict policy", async () => {
    for (const path of ["/", "/tasks/job", "/index.html"]) {
      const answer = await fetch(url + path, { headers: { Accept: "text/html" } });
      expect(await answer.text()).toBe("<!doctype html>");
      expect(answer.headers.get("content-security-policy")).toStartWith(
        "default-src 'none'; script-src 'self';",
      );
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
      expect(answer.headers.get("cache-control")).toBe("no-cache");
    }
  });

  test("is sent compressed as the browser accepts, and cached", async () => {
    for (const [accept, encoding] of [
      ["gzip", "gzip"],
      ["gzip, zstd", "zstd"],
      ["identity", null],
    ] as const) {
      const answer = await fetch(`${url}/app-1a2b.js`, { headers: { "Accept-Encoding": accept } });
      expect(answer.headers.get("content-encoding")).toBe(encoding);
      expect(await answer.text()).toBe("run()");
      expect(answer.headers.get("cache-control")).toContain("immutable");
    }
    expect((await fetch(`${url}/app-1a2b.js`, { headers: { "If-None-Match": '"script"' } })).status).toBe(
      304,
    );
  });
});
