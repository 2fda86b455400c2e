import type { Environment, ReadFlags } from "@keruta/config";

/** What a `config` command is about. */
export interface ConfigRequest {
  readonly format: "text" | "json";
  readonly flags: ReadFlags["given"];
  readonly environment: Environment;
}
