import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Peer } from "../fixtures/peer.ts";
import { runAgent, startAgent, Workplace } from "../fixtures/run-agent.ts";
import { metricTable } from "../metrics/metric-table.ts";

interface Report {
  readonly status: string;
  readonly overall: boolean;
  readonly timestamp: string;
  readonly checks: Readonly<
    Record<string, { healthy: boolean; status: boolean; message: string; latency?: number; error?: string }>
  >;
}

let peer: Peer;
let place: Workplace;

beforeEach(() => {
  peer = new Peer();
  peer.answer = () => Response.json({ status: "UP" });
  place = new Workplace();
});

afterEach(async () => {
  await peer.stop();
  place[Symbol.dispose]();
});

async function health(...options: string[]): Promise<{ exitCode: number; report: Report }> {
  const args = ["health", "--format", "json", "--api-url", peer.url, "--spool-dir", place.spoolDirectory];
  const { exitCode, stdout } = await runAgent([...args, ...options]);
  return { exitCode, report: JSON.parse(Buffer.from(stdout).toString()) };
}

describe("health", () => {
  test("looks at everything, and says it in both documented shapes", async () => {
    const { exitCode, report } = await health();
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ status: "healthy", overall: true });
    expect(Date.parse(report.timestamp)).not.toBeNaN();
    expect(Object.keys(report.checks)).toEqual(["api", "disk", "memory", "config"]);
    for (const check of Object.values(report.checks))
      expect(check).toMatchObject({ healthy: true, status: true });
    expect(report.checks["api"]!.latency).toBeNumber();
  });

  test.each([
    [["--check-api"], ["api"]],
    [
      ["--check-disk", "--check-memory"],
      ["disk", "memory"],
    ],
    [["--check", "api"], ["api"]],
    [
      ["--check", "disk,config"],
      ["disk", "config"],
    ],
  ])("%p looks at %p", async (options, names) => {
    expect(Object.keys((await health(...options)).report.checks)).toEqual(names);
  });

  test("is 1 where the server is away", async () => {
    await peer.stop();
    const { exitCode, report } = await health("--check-api");
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ status: "unhealthy", overall: false });
    expect(report.checks["api"]!.error).toContain("did not answer");
    peer = new Peer();
  });

  test("is 1 where the spool has no place", async () => {
    const { exitCode, report } = await health("--check-disk", "--spool-dir", "/proc/no/place");
    expect(exitCode).toBe(1);
    expect(report.checks["disk"]).toMatchObject({ healthy: false });
  });

  test("is 1 where the settings have a mistake", async () => {
    const { exitCode, stdout } = await runAgent(["health", "--check", "config"], {
      env: { KERUTA_TIMEOUT: "soon" },
    });
    expect(exitCode).toBe(1);
    expect(Buffer.from(stdout).toString()).toContain("KERUTA_TIMEOUT");
  });

  test("is said to a person, line by line", async () => {
    const { stdout } = await runAgent(["health", "--api-url", peer.url, "--spool-dir", place.spoolDirectory]);
    expect(Buffer.from(stdout).toString()).toMatch(
      /^api +ok .*\ndisk +ok .*\nmemory +ok .*\nconfig +ok .*\nhealthy\n$/,
    );
  });
});

describe("a running agent's port", () => {
  /** Runs until `go` is there; its stderr goes to a file, since it names the port. */
  async function start(environment: Record<string, string> = {}) {
    const run = [
      "--",
      "sh",
      "-c",
      `echo "one $A_TOKEN"; echo two >&2; while [ ! -e ${place.path("go")} ]; do sleep 0.02; done`,
    ];
    const port = await freePort();
    const options = ["--metrics", "--metrics-port", String(port)];
    const agent = startAgent(place.executeArgs(peer.url, run, options), { env: environment });
    return { agent, url: `http://127.0.0.1:${port}` };
  }

  test("tells Prometheus what has passed", async () => {
    const { agent, url } = await start({ A_TOKEN: "not for the log" });
    await peer.until(() => peer.attempts.size > 0 && peer.attempt().head === 2);
    const text = await textWhen(`${url}/metrics`, (metrics) => metrics.includes('_count{source="stderr"} 1'));
    expect(text).toContain('keruta_logs_total{source="stdout",level="INFO",task_id="t1"} 1');
    expect(text).toContain('keruta_logs_total{source="stderr",level="INFO",task_id="t1"} 1');
    expect(text).toContain('keruta_log_latency_seconds_bucket{le="0.005",source="stdout"}');
    expect(text).toContain('keruta_buffer_size{type="lines"} 0');
    expect(text).toContain("keruta_connected 1");
    expect(text).toContain("keruta_masked 1");
    for (const name of Object.keys(metricTable)) expect(text).toContain(`# TYPE ${name} `);
    await Bun.write(place.path("go"), "");
    expect((await agent.finished).stderr).toContain("/metrics");
  });

  test("tells when the server has not been reached for too often, and goes on trying", async () => {
    const { agent, url } = await start({
      KERUTA_WEBSOCKET_MAX_RECONNECT_ATTEMPTS: "2",
      KERUTA_WEBSOCKET_RECONNECT_INTERVAL: "100ms",
    });
    await peer.until(() => peer.attempts.size > 0 && peer.attempt().head === 2);
    expect(await healthOf(url)).toMatchObject({ status: "healthy" });
    const { port } = peer;
    await peer.stop();
    await textWhen(`${url}/metrics`, (text) => text.includes('keruta_errors_total{type="connection"} 1'));
    const report = await healthOf(url);
    expect(report.status).toBe("unhealthy");
    expect(report.checks["websocket"]).toMatchObject({ healthy: false });
    expect(report.checks["api"]).toMatchObject({ healthy: false });
    peer = new Peer(port);
    peer.answer = () => Response.json({ status: "UP" });
    await textWhen(`${url}/health`, (text) => text.includes('"status":"healthy"'));
    await Bun.write(place.path("go"), "");
    const { exitCode, stderr } = await agent.finished;
    expect(exitCode).toBe(0);
    expect(stderr).toContain("could not be reached 2 times");
    expect(stderr).toContain("reached again");
  });

  test("that is taken does not keep the script from running", async () => {
    const options = ["--metrics", "--metrics-port", String(peer.port)];
    const { exitCode, stderr } = await runAgent(place.executeArgs(peer.url, ["--", "true"], options));
    expect(exitCode).toBe(0);
    expect(stderr).toContain("cannot offer metrics");
  });
});

async function healthOf(url: string): Promise<Report> {
  return (await fetch(`${url}/health`)).json() as Promise<Report>;
}

async function textWhen(url: string, isIt: (text: string) => boolean): Promise<string> {
  for (;;) {
    const text = await fetch(url).then(
      (answer) => answer.text(),
      () => "",
    );
    if (isIt(text)) return text;
    await Bun.sleep(20);
  }
}

async function freePort(): Promise<number> {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}
