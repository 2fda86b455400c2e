/**
 * The parts of prom-client that hold and write metrics. Its front door also opens node:http, node:cluster and what they
 * bring along (sending to a Pushgateway, adding up processes): 5 MiB resident.
 */
declare module "prom-client/lib/counter.js" {
  export { Counter as default } from "prom-client";
}
declare module "prom-client/lib/gauge.js" {
  export { Gauge as default } from "prom-client";
}
declare module "prom-client/lib/histogram.js" {
  export { Histogram as default } from "prom-client";
}
declare module "prom-client/lib/registry.js" {
  export { Registry as default } from "prom-client";
}
