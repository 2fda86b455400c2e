/** The server's figures, as they stand now. */
export interface MetricsReader {
  /** Prometheus' text format, of `contentType`. */
  text(): Promise<string>;
  json(): Promise<object>;
  readonly contentType: string;
}
