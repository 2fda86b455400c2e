import { metricTable } from "@keruta/server/metrics";

const source = "packages/server/src/metrics/metric-table.ts";

export function metricsPage(notice: string): string {
  const rows = Object.entries(metricTable).map(
    ([name, { type, labels, meaning }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${meaning} |`,
  );
  return `${notice}

# Metrics

What \`GET /metrics\` of the server tells: \`metricTable\` in \`${source}\`. Prometheus' text format;
JSON where the request accepts \`application/json\`. Where credentials are asked for, those of a viewer of all tasks will do.
\`deploy/grafana-dashboard.json\` shows them.

| metric | type | labels | what it says |
|---|---|---|---|
${rows.join("\n")}
`;
}
