import type { AttemptLog } from "../attempt-log.ts";
import type { StreamingConfig } from "../config.ts";
import { type Check, isHealthy } from "../health/check.ts";
import { checkApi } from "../health/check-api.ts";
import { checkMemory } from "../health/check-memory.ts";
import { reportAsJson } from "../health/health-report.ts";
import { say } from "../say.ts";
import { AgentMetrics } from "./agent-metrics.ts";

/** A running agent's own port: `/metrics` for Prometheus and `/health` for whoever starts it again. */
export class Monitor {
  readonly metrics: AgentMetrics;
  #log: AttemptLog | undefined;
  readonly #server: Bun.Server<undefined> | undefined;

  /** A port that is taken is said, and nothing else: the script is run all the same. */
  constructor(
    port: number,
    private readonly streaming: StreamingConfig,
  ) {
    this.metrics = new AgentMetrics(streaming.taskId, () => ({
      bytesOnDisk: this.#log?.bytesOnDisk ?? 0,
      reconnects: this.#log?.uplink.reconnects ?? 0,
      isConnected: this.#log?.uplink.isConnected ?? false,
      masked: this.#log?.masked ?? 0,
      leftOutLines: this.#log?.leftOutLines ?? 0,
    }));
    this.#server = this.#listen(port);
  }

  /** Whose health is asked for from now on. */
  watch(log: AttemptLog): void {
    this.#log = log;
  }

  close(): void {
    void this.#server?.stop(true);
  }

  #listen(port: number): Bun.Server<undefined> | undefined {
    try {
      const server = Bun.serve({ port, fetch: (request) => this.#answer(request) });
      say(`metrics and health are at http://localhost:${server.port}/metrics and /health`);
      return server;
    } catch (cause) {
      say(`cannot offer metrics on port ${port} (--metrics-port): ${(cause as Error).message}`);
      return undefined;
    }
  }

  async #answer(request: Request): Promise<Response> {
    if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
    switch (new URL(request.url).pathname) {
      case "/metrics":
        return new Response(await this.metrics.text(), {
          headers: { "Content-Type": this.metrics.contentType },
        });
      case "/health":
        return this.#health();
      default:
        return new Response("there are /metrics and /health\n", { status: 404 });
    }
  }

  async #health(): Promise<Response> {
    const checks = {
      websocket: this.#connectionCheck(),
      api: await checkApi(this.streaming.server),
      memory: checkMemory(),
      disk: this.#spoolCheck(),
    };
    return Response.json(reportAsJson(checks, new Date()), { status: isHealthy(checks) ? 200 : 503 });
  }

  /** A connection that was just lost is no illness: the log is kept, and the next try follows. */
  #connectionCheck(): Check {
    const uplink = this.#log?.uplink;
    if (uplink === undefined || !uplink.isUnreachable)
      return { healthy: true, message: uplink?.isConnected ? "connected" : "connecting" };
    return { healthy: false, message: `the server cannot be reached: ${uplink.lastTrouble}` };
  }

  #spoolCheck(): Check {
    if (this.#log?.diskWorks !== false) return { healthy: true, message: "the spool can be written" };
    return { healthy: false, message: "the spool cannot be written; the log is kept in memory only" };
  }
}
