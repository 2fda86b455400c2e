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
  const secret = [...patterns, ...ownSecretNames].map(nameExpression);
  return [...environment].filter((name) => secret.some((pattern) => pattern.test(name)));
}

function nameExpression(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[^\w]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "is");
}
