import { readFileSync } from "node:fs";
import { type ServerAccess, UsageError } from "./config.ts";
import type { TlsOptions } from "./connection.ts";

/** Throws `UsageError` where the file of authorities cannot be read. */
export function tlsOptions({ verify, caFile }: ServerAccess["tls"]): TlsOptions {
  if (caFile === undefined) return { rejectUnauthorized: verify };
  try {
    return { rejectUnauthorized: verify, ca: readFileSync(caFile, "utf8") };
  } catch (cause) {
    throw new UsageError(
      `cannot read ${caFile} (websocket.security.certPath, KERUTA_TLS_CA_FILE): ${(cause as Error).message}`,
    );
  }
}
