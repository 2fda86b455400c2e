import { isProtected } from "../auth-settings.ts";
import type { OperatorSettings } from "../config.ts";
import type { Logger } from "../logger.ts";
import { isLoopback } from "../loopback.ts";
import { StartError } from "../start-error.ts";

/** Throws StartError where anybody who can reach the server could do anything, unless that is what is wanted. */
export function refuseToBeOpen(
  { host, auth, insecure }: Pick<OperatorSettings, "host" | "auth" | "insecure">,
  logger: Logger,
): void {
  if (isLoopback(host) || isProtected(auth)) return;
  if (!insecure)
    throw new StartError(
      `cannot listen on ${host}: everybody who can reach it could read and change everything. ` +
        "Set up who may come in (a JWT secret, a JWKS URL, API keys or users), listen on 127.0.0.1, " +
        "or say --insecure if that is what you want",
    );
  logger.warn(
    { host },
    "nobody has to say who they are: everybody who can reach this server may do everything",
  );
}
