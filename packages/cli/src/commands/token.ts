import { readFileSync } from "node:fs";
import { minSecretBytes, type Role, SecretTokens } from "@keruta/server";
import { Output } from "../output.ts";
import { readServerSettings } from "../server-settings.ts";
import { UsageError } from "../usage-error.ts";

export interface TokenOptions {
  readonly task?: readonly string[];
  readonly role: Role;
  readonly expires?: number;
  readonly name?: string;
  readonly secretFile?: string;
}

/** An agent that streams when its token runs out goes on until it has to connect again. */
const defaultLifetimeMs = 24 * 3_600_000;

/**
 * Prints a token that the server with the same secret takes: nothing is stored, and nothing can take it back. Throws
 * `ConfigError` and `UsageError`.
 */
export async function createToken(options: TokenOptions): Promise<number> {
  const { role, name = role, task: tasks, expires: lifetimeMs = defaultLifetimeMs } = options;
  const tokens = new SecretTokens(secretOf(options), {}, Date.now);
  const token = await tokens.sign(
    { name, role, ...(tasks === undefined ? {} : { tasks }) },
    "access",
    lifetimeMs,
  );
  await new Output(1).write(Buffer.from(`${token}\n`));
  return 0;
}

/** From the file of the option, else where the server has it from. */
function secretOf({ secretFile }: TokenOptions): string {
  const secret =
    secretFile === undefined
      ? readServerSettings(new Map(), process.env).values["auth.jwtSecret"]
      : readFileSync(secretFile, "utf8").trimEnd();
  if (!secret)
    throw new UsageError(
      "there is no secret to sign with: set KERUTA_JWT_SECRET or auth.jwtSecret as for the server, or give --secret-file",
    );
  if (Buffer.byteLength(secret) < minSecretBytes)
    throw new UsageError(
      `the secret must have ${minSecretBytes} bytes: make one with \`openssl rand -base64 48\``,
    );
  return secret;
}
