import { agentSettings } from "@keruta/agent/settings";
import { allFlags, defaultText, hasFileKey, type Setting, type Table } from "@keruta/config";
import { serverSettings } from "@keruta/server/settings";

/** Every setting of every program, made from their tables. */
export function configurationPage(notice: string): string {
  return `${notice}

# Configuration

Every setting of the agent and of the server: \`packages/agent/src/settings.ts\` and
\`packages/server/src/settings.ts\`, from which \`--help\` and the checks are made as well.

A value is taken from the command line, else from the environment, else from a file, else it is the default.
\`keruta-agent config show\` and \`keruta config show\` print every setting, its value and where it is from
(\`--format json\` for programs); \`config set KEY VALUE\` writes one to the file of the user.

- **File**: YAML or JSON, named by \`--config\` or a variable (\`KERUTA_CONFIG\`, for the server
  \`KERUTA_SERVER_CONFIG\`), else the first that there is of \`~/.keruta/config.yaml\` and \`/etc/keruta/config.yaml\`
  (for the server \`server.yaml\`); \`.yml\` and \`.json\` are looked for, too. The current directory is not looked at:
  an agent stands in a job's directory, and what lies there is the job's.
- **Keys**: \`flushInterval\`, \`flush_interval\` and \`flush-interval\` are the same key. A key that is not known is a
  mistake, and the nearest one is suggested.
- **Durations**: seconds, or a number with a unit: \`500ms\`, \`30s\`, \`2m\`, \`1h\`, \`30d\`.
- **Sizes**: bytes, or a number with a unit: \`512KiB\`, \`1GiB\`; \`100MB\` counts in 1024 as well.
- **Switches**: \`--x\`, \`--x=false\`, \`--no-x\`; elsewhere \`true\`, \`yes\`, \`on\`, \`1\` and their opposites.
- **Lists**: a list in a file; a flag several times; in a variable with commas between, regular expressions one a line.
- **Secrets** can stand in a file of their own, as Kubernetes mounts them: \`NAME_FILE\` for the variable \`NAME\`,
  \`keyFile\` for the key \`key\`.
- **Variables** that are empty are not set. Where several name one setting, the first counts, and a warning says so if
  they differ. Those that Kubernetes makes for Services (\`KERUTA_SERVER_PORT=tcp://…\` for one called keruta-server) are
  passed over.

## Agent

${settingsTable(agentSettings)}

### Understood by the agent, without effect

Keys and variables that documents of keruta name and that have no meaning here. They are checked like the others.

${acceptedTable(agentSettings)}

## Server

${settingsTable(serverSettings)}

### Understood by the server, without effect

${acceptedTable(serverSettings)}
`;
}

function settingsTable(table: Table): string {
  const rows = entries(table, (setting) => setting.accepted === undefined).map(([key, setting]) =>
    row([
      hasFileKey(key) ? [key, ...(setting.aliases ?? [])].map(code).join(", ") : "",
      allFlags(setting)
        .map((flag) => code(withPlaceholder(flag, setting)))
        .join(", "),
      (setting.variables ?? []).map(code).join(", "),
      defaultCell(setting),
      setting.meaning,
    ]),
  );
  return [row(["key", "flag", "variable", "default", "meaning"]), "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function acceptedTable(table: Table): string {
  const rows = entries(table, (setting) => setting.accepted !== undefined).map(([key, setting]) =>
    row([
      hasFileKey(key) ? [key, ...(setting.aliases ?? [])].map(code).join(", ") : "",
      [...allFlags(setting), ...(setting.variables ?? [])].map(code).join(", "),
      setting.meaning,
      setting.accepted!,
    ]),
  );
  return [row(["key", "flag, variable", "meaning elsewhere", "here"]), "|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function entries(
  table: Table,
  isWanted: (setting: Setting<unknown>) => boolean,
): [string, Setting<unknown>][] {
  return Object.entries(table).filter(([, setting]) => isWanted(setting));
}

function withPlaceholder(flag: string, { kind }: Setting<unknown>): string {
  return kind.placeholder === undefined ? flag : `${flag} ${kind.placeholder}`;
}

function defaultCell(setting: Setting<unknown>): string {
  const fallback = defaultText(setting);
  if (fallback === undefined) return "";
  return setting.defaultText === undefined ? code(fallback) : fallback;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
