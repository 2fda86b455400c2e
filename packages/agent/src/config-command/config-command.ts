import { UsageError } from "../config.ts";
import type { ConfigRequest } from "./config-request.ts";
import { setConfig } from "./set-config.ts";
import { showConfig } from "./show-config.ts";

/** `show`, or `set KEY VALUE`; what it prints. Throws `UsageError` and `ConfigError`. */
export function configCommand(operands: readonly string[], request: ConfigRequest): string {
  const [what = "show", ...rest] = operands;
  if (what === "show" && rest.length === 0) return showConfig(request);
  const [key, value] = rest;
  if (what === "set" && key !== undefined && value !== undefined && rest.length === 2)
    return setConfig(key, value, request);
  throw new UsageError(`config ${operands.join(" ")}: write config show, or config set KEY VALUE`);
}
