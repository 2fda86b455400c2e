import { readFileSync } from "node:fs";
import { minSecretBytes, type Role, SecretTokens } from "@keruta/server";
import { Output } from "../output.ts";
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

/** Prints a token that the server with the same secret takes: nothing is stored, and nothing can take it back. */
export async function createToken(options: TokenOptions): Promise<number> {
  const { role, name = role, task: tasks, expires: lifetimeMs = defaultLifetimeMs } = options;
  const tokens = new SecretTokens(secretOf(options, process.env), {}, Date.now);
  const token = await tokens.sign(
    { name, role, ...(tasks === undefined ? {} : { tasks }) },
    "access",
    lifetimeMs,
  );
  await new Output(1).write(Buffer.from(`${token}\n`));
  return 0;
}

/** The file of the option, else where the server has it from. */
function secretOf({ secretFile }: TokenOptions, environment: NodeJS.ProcessEnv): string {
  const { KERUTA_JWT_SECRET: given, KERUTA_JWT_SECRET_FILE } = environment;
  const path = secretFile ?? (given ? undefined : KERUTA_JWT_SECRET_FILE);
  const secret = path ? readFileSync(path, "utf8").trimEnd() : given;
  if (!secret)
    throw new UsageError("there is no secret to sign with: set KERUTA_JWT_SECRET, or give --secret-file");
  if (Buffer.byteLength(secret) < minSecretBytes)
    throw new UsageError(
      `the secret must have ${minSecretBytes} bytes: make one with \`openssl rand -base64 48\``,
    );
  return secret;
}
