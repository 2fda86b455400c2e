import { expect, test } from "bun:test";
import { join } from "node:path";
import { type AttemptSummary, countCells } from "@keruta/protocol";
import type { Unit } from "../store/log-store.ts";
import { metricTable } from "./metric-table.ts";
import { ServerMetrics } from "./server-metrics.ts";

function metricsOf(hasTaskLabel = true): ServerMetrics {
  const sources = {
    ringBytes: () => 4_096,
    connections: () => ({ agent: 2, other: 3 }),
    countTasks: async (status: string) => (status === "PENDING" ? 7 : 1),
  };
  return new ServerMetrics(sources, hasTaskLabel, () => 2_000_000);
}

function attempt(taskId: string, state: AttemptSummary["state"] = "PROCESSING"): AttemptSummary {
  const counts = new Array<number>(countCells).fill(0);
  return { taskId, attempt: 1, state, head: 1, startedAtUs: 0, counts, rawBytes: 0, connected: true };
}

/** Lines of stdout: 3 INFO and 2 ERROR, the last half a second before the clock. */
const unit: Unit = {
  header: {
    firstSequence: 1,
    lineCount: 5,
    firstTimeUs: 1_000_000,
    lastTimeUs: 1_500_000,
    rawBytes: 50,
    columnsBytes: 90,
    invalidBytes: 0,
    counts: [0, 3, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  frame: new Uint8Array(),
};

test("counts lines by source, level and task, and how late they were", async () => {
  const metrics = metricsOf();
  metrics.committed(attempt("a"), unit);
  metrics.committed(attempt("a"), unit);
  const text = await metrics.text();
  expect(text).toContain('keruta_logs_total{source="stdout",level="INFO",task_id="a"} 6');
  expect(text).toContain('keruta_logs_total{source="stdout",level="ERROR",task_id="a"} 4');
  expect(text).not.toContain('source="stderr"');
  expect(text).toContain('keruta_log_latency_seconds_bucket{le="0.5",source="stdout"} 2');
  expect(text).toContain('keruta_log_latency_seconds_bucket{le="0.25",source="stdout"} 0');
  expect(text).toContain("keruta_log_bytes_total 100");
});

test("the task label can be left out", async () => {
  const metrics = metricsOf(false);
  metrics.committed(attempt("a"), unit);
  expect(await metrics.text()).toContain('keruta_logs_total{source="stdout",level="INFO",task_id=""} 3');
});

test("tasks that have ended make room for new ones; the number of series is bounded", async () => {
  const metrics = metricsOf();
  for (let task = 0; task < 2_000; task++) {
    metrics.committed(attempt(`t${task}`), unit);
    if (task < 1_000) metrics.changed(attempt(`t${task}`, "COMPLETED"));
  }
  const labelled =
    (await metrics.text()).match(/keruta_logs_total\{[^}]*level="INFO",task_id="t\d+"\}/g) ?? [];
  expect(labelled.length).toBe(500);
  expect(await metrics.text()).not.toContain('task_id="t5"');
  expect(await metrics.text()).toContain('task_id="t1000"');
  expect(await metrics.text()).toContain('keruta_logs_total{source="stdout",level="INFO",task_id=""}');
});

test("what is observed is read when it is asked for, and every metric of the table is there", async () => {
  const metrics = metricsOf();
  metrics.committed(attempt("a"), unit);
  metrics.refused("TASK_NOT_FOUND");
  metrics.answered("GET", 404, 0.02);
  metrics.answered("BREW", 405, 0.02);
  const text = await metrics.text();
  expect(text).toContain('keruta_errors_total{type="TASK_NOT_FOUND"} 1');
  expect(text).toContain('keruta_connections{type="agent"} 2');
  expect(text).toContain('keruta_tasks{status="PENDING"} 7');
  expect(text).toContain('keruta_http_requests_total{method="other",status="405"} 1');
  for (const name of Object.keys(metricTable)) expect(text).toContain(`# TYPE ${name} `);
});

test("as JSON it has the two figures older documents name", async () => {
  expect(await metricsOf().json()).toMatchObject({ active_tasks: 2, queue_length: 7 });
});

test("the dashboard asks for metrics that there are", async () => {
  const dashboard = await Bun.file(join(import.meta.dir, "../../../../deploy/grafana-dashboard.json")).text();
  const asked = new Set(dashboard.match(/keruta_[a-z_]+/g)!.map((name) => name.replace(/_bucket$/, "")));
  expect([...asked].filter((name) => !Object.hasOwn(metricTable, name))).toEqual([]);
  expect(asked.size).toBeGreaterThan(8);
});
