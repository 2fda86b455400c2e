import { type AttemptSummary, levels, sources, taskStatuses } from "@keruta/protocol";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import Histogram from "prom-client/lib/histogram.js";
import Registry from "prom-client/lib/registry.js";
import type { AttemptEvents } from "../attempt-events.ts";
import type { Unit } from "../store/log-store.ts";
import { type MetricName, metricTable } from "./metric-table.ts";
import { TaskLabels } from "./task-labels.ts";

/** What is looked at when the metrics are asked for. */
export interface MetricSources {
  readonly ringBytes: () => number;
  readonly connections: () => { readonly agent: number; readonly other: number };
  readonly countTasks: (status: (typeof taskStatuses)[number]) => Promise<number>;
}

/** Counts what is stored, asked and refused. Its cost is a chunk's, never a line's. */
export class ServerMetrics implements AttemptEvents {
  readonly #registry = new Registry();
  readonly #lines = this.#counter("keruta_logs_total");
  readonly #bytes = this.#counter("keruta_log_bytes_total");
  readonly #latency = this.#histogram("keruta_log_latency_seconds");
  readonly #errors = this.#counter("keruta_errors_total");
  readonly #requests = this.#counter("keruta_http_requests_total");
  readonly #requestSeconds = this.#histogram("keruta_http_request_seconds");
  readonly #tasks = new TaskLabels((taskId) => this.#forget(taskId));

  constructor(
    private readonly sources: MetricSources,
    private readonly hasTaskLabel: boolean,
    private readonly nowUs: () => number,
  ) {
    this.#observed();
  }

  committed(summary: AttemptSummary, { header }: Unit): void {
    const task_id = this.hasTaskLabel ? this.#tasks.labelOf(summary.taskId) : "";
    const latencySeconds = Math.max(0, this.nowUs() - header.lastTimeUs) / 1_000_000;
    for (const [code, source] of sources.entries()) {
      const counts = header.counts.slice(code * levels.length, (code + 1) * levels.length);
      if (counts.every((count) => count === 0)) continue;
      this.#latency.observe({ source }, latencySeconds);
      for (const [level, count] of counts.entries())
        if (count > 0) this.#lines.inc({ source, level: levels[level]!, task_id }, count);
    }
    this.#bytes.inc(header.rawBytes);
  }

  changed({ taskId, state }: AttemptSummary): void {
    this.#tasks.setEnded(taskId, state !== "PROCESSING");
  }

  partial(): void {}

  refused(code: string): void {
    this.#errors.inc({ type: code });
  }

  answered(method: string, status: number, seconds: number): void {
    const known = knownMethods.has(method) ? method : "other";
    this.#requests.inc({ method: known, status: String(status) });
    this.#requestSeconds.observe({ method: known }, seconds);
  }

  /** Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** As JSON, with the two figures that older documents name. */
  async json(): Promise<object> {
    const { countTasks } = this.sources;
    const [processing, waiting, pending] = await Promise.all(
      (["PROCESSING", "WAITING_FOR_INPUT", "PENDING"] as const).map(countTasks),
    );
    const metrics = await this.#registry.getMetricsAsJSON();
    return { active_tasks: processing! + waiting!, queue_length: pending!, metrics };
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Metrics that are read off when they are asked for. */
  #observed(): void {
    const { ringBytes, connections, countTasks } = this.sources;
    this.#gauge("keruta_buffer_size", (gauge) => gauge.set({ type: "ring" }, ringBytes()));
    this.#gauge("keruta_connections", (gauge) => {
      for (const [type, count] of Object.entries(connections())) gauge.set({ type }, count);
    });
    this.#gauge("keruta_tasks", async (gauge) => {
      for (const status of taskStatuses) gauge.set({ status }, await countTasks(status));
    });
    this.#gauge("keruta_memory_bytes", (gauge) => gauge.set(process.memoryUsage.rss()));
    this.#gauge("keruta_start_time_seconds", (gauge) => gauge.set(performance.timeOrigin / 1_000));
    this.#counter("keruta_cpu_seconds_total", (counter) => {
      const { user, system } = process.cpuUsage();
      counter.reset();
      counter.inc((user + system) / 1_000_000);
    });
  }

  #forget(task_id: string): void {
    for (const source of sources) for (const level of levels) this.#lines.remove({ source, level, task_id });
  }

  #counter(name: MetricName, collect?: (counter: Counter) => void): Counter {
    return new Counter({
      ...this.#spec(name),
      ...(collect && {
        collect() {
          collect(this);
        },
      }),
    });
  }

  #gauge(name: MetricName, collect: (gauge: Gauge) => void | Promise<void>): Gauge {
    return new Gauge({
      ...this.#spec(name),
      collect() {
        return collect(this);
      },
    });
  }

  #histogram(name: MetricName): Histogram {
    return new Histogram({ ...this.#spec(name), buckets: secondsBuckets });
  }

  #spec(name: MetricName) {
    const { labels, meaning } = metricTable[name];
    return { name, help: meaning, labelNames: [...labels], registers: [this.#registry] };
  }
}

/** Prometheus' own default. */
const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const knownMethods: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
]);
