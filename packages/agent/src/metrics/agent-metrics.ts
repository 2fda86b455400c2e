import { levels, openFrame, sources } from "@keruta/protocol";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AttemptObserver } from "../attempt-log.ts";
import type { CompressedChunk } from "../compressor.ts";
import { nowUs } from "../now-us.ts";
import type { SpooledChunk } from "../spool.ts";
import { type MetricName, metricTable } from "./metric-table.ts";

/** What is looked at when the metrics are asked for. */
export interface MetricSources {
  readonly bytesOnDisk: number;
  readonly reconnects: number;
  readonly isConnected: boolean;
  readonly masked: number;
  readonly leftOutLines: number;
}

/** A chunk that was sent and is not acknowledged. */
interface Sent {
  readonly lastSequence: number;
  readonly firstTimeUs: number;
  readonly counts: readonly number[];
}

/** Counts what passes through an agent. Its cost is a chunk's, never a line's. */
export class AgentMetrics implements AttemptObserver {
  readonly #registry = new Registry();
  readonly #lines = new Counter(this.#spec("keruta_logs_total"));
  readonly #latency = new Histogram(this.#spec("keruta_log_latency_seconds"));
  readonly #errors = new Counter(this.#spec("keruta_errors_total"));
  #sent: Sent[] = [];
  #spooledLines = 0;
  #acknowledgedLines = 0;

  constructor(
    private readonly taskId: string,
    look: () => MetricSources,
  ) {
    this.#gauge("keruta_buffer_size", (gauge) => {
      gauge.set({ type: "spool_bytes" }, look().bytesOnDisk);
      gauge.set({ type: "lines" }, Math.max(0, this.#spooledLines - this.#acknowledgedLines));
    });
    this.#gauge("keruta_masked", (gauge) => gauge.set(look().masked));
    this.#gauge("keruta_left_out_lines", (gauge) => gauge.set(look().leftOutLines));
    this.#gauge("keruta_connected", (gauge) => gauge.set(look().isConnected ? 1 : 0));
    this.#gauge("keruta_reconnects", (gauge) => gauge.set(look().reconnects));
    this.#gauge("keruta_memory_bytes", (gauge) => gauge.set(process.memoryUsage.rss()));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  spooled({ lineCount, counts }: CompressedChunk["header"]): void {
    this.#spooledLines += lineCount;
    for (const [cell, count] of counts.entries()) {
      if (count === 0) continue;
      const source = sources[Math.floor(cell / levels.length)]!;
      this.#lines.inc({ source, level: levels[cell % levels.length]!, task_id: this.taskId }, count);
    }
  }

  failed(type: "connection" | "disk"): void {
    this.#errors.inc({ type });
  }

  sent({ frame, lastSequence }: SpooledChunk): void {
    const { firstTimeUs, counts } = openFrame(frame).header;
    this.#sent.push({ lastSequence, firstTimeUs, counts });
  }

  acknowledged(sequence: number): void {
    this.#acknowledgedLines = Math.max(this.#acknowledgedLines, sequence);
    const now = nowUs();
    let count = 0;
    for (; count < this.#sent.length && this.#sent[count]!.lastSequence <= sequence; count++)
      this.#observe(this.#sent[count]!, now);
    this.#sent.splice(0, count);
  }

  goingBack(): void {
    this.#sent = [];
  }

  #observe({ firstTimeUs, counts }: Sent, now: number): void {
    const seconds = Math.max(0, now - firstTimeUs) / 1_000_000;
    for (const [code, source] of sources.entries())
      if (counts.slice(code * levels.length, (code + 1) * levels.length).some((count) => count > 0))
        this.#latency.observe({ source }, seconds);
  }

  #gauge(name: MetricName, collect: (gauge: Gauge) => void): void {
    new Gauge({
      ...this.#spec(name),
      collect() {
        collect(this as Gauge);
      },
    });
  }

  #spec(name: MetricName) {
    const { labels, meaning } = metricTable[name];
    return { name, help: meaning, labelNames: [...labels], registers: [this.#registry] };
  }
}
