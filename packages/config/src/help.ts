import type { Setting, Table } from "./setting.ts";

const widestTerm = 30;

/** A term and what it means, as a line of a help. */
export function helpRow(term: string, meaning: string): string {
  return `  ${term.padEnd(widestTerm)}  ${meaning}`;
}

/** A line for each setting that has a flag. */
export function flagRows(table: Table): string[] {
  return Object.values(table)
    .filter((setting) => allFlags(setting).length > 0)
    .map((setting) => helpRow(term(setting), [setting.meaning, notes(setting)].filter(Boolean).join(" ")));
}

/** A default as it is written in a help. */
export function defaultText(setting: Setting<unknown>): string | undefined {
  if (setting.defaultText !== undefined) return setting.defaultText;
  if (setting.default === undefined) return undefined;
  const shown = setting.kind.show(setting.default);
  const text = typeof shown === "string" ? shown : shown.join(", ");
  return text === "" ? undefined : text;
}

export function allFlags({ flags = [], negativeFlags = [] }: Setting<unknown>): readonly string[] {
  return [...flags, ...negativeFlags];
}

function term(setting: Setting<unknown>): string {
  // What is on already is only ever turned off.
  const isOn = setting.default === true && setting.negativeFlags === undefined;
  const flags = allFlags(setting)
    .map((flag) => (isOn ? flag.replace(/^--/, "--[no-]") : flag))
    .join(", ");
  const { placeholder } = setting.kind;
  return placeholder === undefined ? flags : `${flags} ${placeholder}`;
}

function notes(setting: Setting<unknown>): string {
  const fallback = defaultText(setting);
  const isOff = setting.default === false;
  const parts = [
    ...(setting.accepted === undefined ? [] : [`does nothing here: ${setting.accepted}`]),
    ...(setting.variables ?? []),
    ...(fallback === undefined || isOff ? [] : [`default ${fallback}`]),
    ...(setting.kind.separator === undefined ? [] : ["may be given several times"]),
  ];
  return parts.length === 0 ? "" : `(${parts.join(", ")})`;
}
