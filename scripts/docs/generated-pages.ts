import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorKinds, limits } from "@keruta/protocol";
import { configurationPage } from "./configuration-page.ts";
import { metricsPage } from "./metrics-page.ts";

const notice =
  "<!-- Written by `bun scripts/check-docs.ts --write`. Edit the source named below instead. -->";
const limitsSource = "packages/protocol/src/limits.ts";

/** Pages that are made from the code, by path. */
export function generatedPages(root: string): Readonly<Record<string, string>> {
  return {
    "docs/configuration.md": configurationPage(notice),
    "docs/errors.md": errorsPage(),
    "docs/limits.md": limitsPage(readFileSync(join(root, limitsSource), "utf8")),
    "docs/metrics.md": metricsPage(notice),
  };
}

export function writePages(root: string): void {
  for (const [path, text] of Object.entries(generatedPages(root))) writeFileSync(join(root, path), text);
}

export function checkGeneratedPages(root: string): string[] {
  return Object.entries(generatedPages(root))
    .filter(
      ([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text,
    )
    .map(([path]) => `${path} is not what the code says; run \`bun scripts/check-docs.ts --write\``);
}

function errorsPage(): string {
  const rows = Object.entries(errorKinds).map(
    ([code, { meaning, action, close, status }]) =>
      `| \`${code}\` | ${meaning} | ${action} | ${close} | ${status} |`,
  );
  return `${notice}

# Errors

Every code a keruta program can answer with: \`errorKinds\` in \`packages/protocol/src/errors.ts\`. A code is never
reused for another meaning. *retry*: try again with back-off. *stop*: trying again cannot help.

| code | meaning | then | WebSocket close | HTTP status |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

/** What happens at a limit stands beside it in the source, as its doc comment. */
function limitsPage(source: string): string {
  const rows = Object.entries(limits).map(([name, value]) => {
    const comment = source.match(new RegExp(`/\\*\\* (.+) \\*/\\n  ${name}: `))?.[1];
    if (comment === undefined)
      throw new Error(`cannot describe ${name}: ${limitsSource} has no one-line comment for it`);
    return `| \`${name}\` | ${value.toLocaleString("en")} | ${comment} |`;
  });
  return `${notice}

# Limits

Every bound of the protocol: \`limits\` in \`${limitsSource}\`. Sizes are bytes, times milliseconds, unless the name
says otherwise.

| limit | value | what happens there |
|---|---|---|
${rows.join("\n")}
`;
}
