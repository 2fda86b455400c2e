import { readFileSync } from "node:fs";
import type { SocketOptions } from "@keruta/client";
import { UsageError } from "./usage-error.ts";

const caVariable = "KERUTA_TLS_CA_FILE";

/** As the agent's settings of these names. Throws `UsageError` where the file of authorities cannot be read. */
export function tlsOptions(environment: NodeJS.ProcessEnv): NonNullable<SocketOptions["tls"]> {
  const { [caVariable]: caFile, KERUTA_TLS_VERIFY: verify } = environment;
  const rejectUnauthorized = verify !== "false";
  if (!caFile) return { rejectUnauthorized };
  try {
    return { rejectUnauthorized, ca: readFileSync(caFile, "utf8") };
  } catch (cause) {
    throw new UsageError(`cannot read ${caFile} (${caVariable}): ${(cause as Error).message}`);
  }
}
