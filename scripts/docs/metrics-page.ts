import { metricTable as agentMetrics } from "@keruta/agent/metrics";
import { metricTable as serverMetrics } from "@keruta/server/metrics";

interface Metric {
  readonly type: string;
  readonly labels: readonly string[];
  readonly meaning: string;
}

export function metricsPage(notice: string): string {
  return `${notice}

# Metrics

In Prometheus' text format. \`deploy/grafana-dashboard.json\` shows the server's.

## Of the server

\`GET /metrics\`: \`packages/server/src/metrics/metric-table.ts\`. JSON where the request accepts \`application/json\`. Where
credentials are asked for, those of a viewer of all tasks will do.

${table(serverMetrics)}

## Of an agent

\`GET /metrics\` on a port of its own, where it runs with \`--metrics\` (\`--metrics-port\`, 9090 by default), and \`GET /health\` beside it:
\`packages/agent/src/metrics/metric-table.ts\`.

${table(agentMetrics)}
`;
}

function table(metrics: Readonly<Record<string, Metric>>): string {
  const rows = Object.entries(metrics).map(
    ([name, { type, labels, meaning }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${meaning} |`,
  );
  return `| metric | type | labels | what it says |\n|---|---|---|---|\n${rows.join("\n")}`;
}
