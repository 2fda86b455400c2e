interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly meaning: string;
}

/** Every metric of an agent. `docs/metrics.md` is made of it. */
export const metricTable = {
  keruta_logs_total: {
    type: "counter",
    labels: ["source", "level", "task_id"],
    meaning: "Lines of the log",
  },
  keruta_log_latency_seconds: {
    type: "histogram",
    labels: ["source"],
    meaning:
      "From when the agent has read a line until the server has acknowledged it: one sample a chunk and source, its first line's",
  },
  keruta_errors_total: {
    type: "counter",
    labels: ["type"],
    meaning:
      "Troubles: `connection`, the server could not be reached again and again; `disk`, the spool could not be written",
  },
  keruta_buffer_size: {
    type: "gauge",
    labels: ["type"],
    meaning: "What waits: `spool_bytes` on disk, `lines` not acknowledged",
  },
  keruta_masked: { type: "gauge", labels: [], meaning: "How often something secret was masked" },
  keruta_left_out_lines: {
    type: "gauge",
    labels: [],
    meaning: "Lines that filters left out; the log says so, too",
  },
  keruta_connected: { type: "gauge", labels: [], meaning: "Whether a connection to the server stands" },
  keruta_reconnects: { type: "gauge", labels: [], meaning: "Connections after the first" },
  keruta_memory_bytes: { type: "gauge", labels: [], meaning: "Resident memory of the agent" },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof metricTable;
