/**
 * Names that environment variables with secrets have: what Buildkite's agent takes for secret, and the spellings beside
 * it that cloud providers and databases use.
 */
export const defaultSecretNames = [
  "*PASSWORD*",
  "*PASSWD*",
  "*PASSPHRASE*",
  "*SECRET*",
  "*TOKEN",
  "*TOKEN_*",
  "*_KEY",
  "*API_KEY*",
  "*APIKEY*",
  "*PRIVATE_KEY*",
  "*_CREDENTIAL",
  "*_CONNECTION_STRING",
] as const;

/** The agent's own credentials are secret whatever is configured. */
const ownSecretNames = [
  "KERUTA_API_TOKEN",
  "KERUTA_AUTH_TOKEN",
  "KERUTA_API_KEY",
  "KERUTA_AGENT_TOKEN",
] as const;

/** Names of variables in `environment` that are secret; `*` stands for any characters, case does not count. */
export function secretNames(environment: Iterable<string>, patterns: readonly string[]): string[] {
  // One expression and one loop: a function called for each variable is the hottest code of an agent's start, which the
  // runtime compiles. That costs 2 MiB for as long as it runs.
  const secret = new RegExp(`^(?:${[...patterns, ...ownSecretNames].map(nameExpression).join("|")})$`, "is");
  const found: string[] = [];
  for (const name of environment) if (secret.test(name)) found.push(name);
  return found;
}

function nameExpression(pattern: string): string {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[^\w]/g, "\\$&"));
  return parts.join(".*");
}
