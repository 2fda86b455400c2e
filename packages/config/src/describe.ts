import type { Origin, Resolved } from "./resolve.ts";
import type { Setting, Table } from "./setting.ts";

/** A setting as it is, for a person or another program. */
export interface Described {
  readonly key: string;
  /** Null: none. A secret is `***`. */
  readonly value: string | readonly string[] | null;
  readonly origin: Origin;
  /** Why it does nothing here; absent: it does what it says. */
  readonly accepted?: string;
}

export function describe<T extends Table>(table: T, { values, origins }: Resolved<T>): readonly Described[] {
  return Object.entries(table).map(([key, setting]) => ({
    key,
    value: shown(setting, values[key as keyof T]),
    origin: origins[key]!,
    ...(setting.accepted === undefined ? {} : { accepted: setting.accepted }),
  }));
}

/** One a line: the key, its value, where it is from, and why it does nothing here. */
export function describeAsText(rows: readonly Described[]): string {
  const width = Math.max(...rows.map(({ key }) => key.length));
  const lines = rows.map(({ key, value, origin, accepted }) => {
    const reason = accepted === undefined ? "" : `; does nothing here: ${accepted}`;
    return `${key.padEnd(width)}  ${valueText(value)}  (${originText(origin)}${reason})`;
  });
  return `${lines.join("\n")}\n`;
}

export function describeAsJson(rows: readonly Described[]): string {
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function shown({ kind, isSecret }: Setting<unknown>, value: unknown): Described["value"] {
  if (value === undefined) return null;
  return isSecret ? "***" : kind.show(value);
}

function valueText(value: Described["value"]): string {
  if (value === null) return "-";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function originText(origin: Origin): string {
  return origin.from === "default" ? "default" : `${origin.from} ${origin.name}`;
}
