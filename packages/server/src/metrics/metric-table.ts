interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly meaning: string;
}

/** Every metric of the server. `docs/metrics.md` is made of it. */
export const metricTable = {
  keruta_logs_total: {
    type: "counter",
    labels: ["source", "level", "task_id"],
    meaning:
      "Lines stored. `task_id` is empty for tasks beyond the most recent ones, or where `metrics.taskLabel` is off",
  },
  keruta_log_bytes_total: { type: "counter", labels: [], meaning: "Bytes of the lines stored" },
  keruta_log_latency_seconds: {
    type: "histogram",
    labels: ["source"],
    meaning:
      "From the moment the agent read a line until it was durable and on its way to viewers: one sample a chunk and source, its last line's",
  },
  keruta_buffer_size: {
    type: "gauge",
    labels: ["type"],
    meaning: "Bytes held in memory: `ring`, the newest chunks of watched attempts",
  },
  keruta_errors_total: {
    type: "counter",
    labels: ["type"],
    meaning: "Requests, messages and connections answered with an error, by its code",
  },
  keruta_connections: {
    type: "gauge",
    labels: ["type"],
    meaning: "Open WebSockets: `agent` those that add lines natively, `other` the rest",
  },
  keruta_tasks: { type: "gauge", labels: ["status"], meaning: "Tasks by status" },
  keruta_http_requests_total: {
    type: "counter",
    labels: ["method", "status"],
    meaning: "HTTP requests answered",
  },
  keruta_http_request_seconds: {
    type: "histogram",
    labels: ["method"],
    meaning: "How long the first byte of an answer took",
  },
  keruta_memory_bytes: { type: "gauge", labels: [], meaning: "Resident memory of the server" },
  keruta_cpu_seconds_total: { type: "counter", labels: [], meaning: "CPU time the server has used" },
  keruta_start_time_seconds: { type: "gauge", labels: [], meaning: "When it started, seconds since 1970" },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof metricTable;
