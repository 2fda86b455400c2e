import type { Kind } from "./kind.ts";

/** What is said of a setting besides its kind. */
export interface Facts {
  /** One sentence for a person, without a full stop. */
  readonly meaning: string;
  /** For a person, where what it falls back on is no value: "as many as there are processors". */
  readonly defaultText?: string;
  /** `--task-id`, `-v`. A switch also has `--no-…`. */
  readonly flags?: readonly string[];
  /** Switches that mean the opposite. */
  readonly negativeFlags?: readonly string[];
  /** In order: the first that is not empty counts. */
  readonly variables?: readonly string[];
  /** Other keys it has in a file. */
  readonly aliases?: readonly string[];
  /** Never shown. It can be read from a file: the key with `File`, a variable with `_FILE` at its end. */
  readonly isSecret?: boolean;
  /** It is understood and does nothing here: why, without a full stop. */
  readonly accepted?: string;
}

/** One thing an operator can set. Without a default it has no value unless one is given. */
export interface Setting<T, D extends T | undefined = T | undefined> extends Facts {
  readonly kind: Kind<T>;
  readonly default: D;
}

export function setting<T>(kind: Kind<T>, facts: Facts & { readonly default: NoInfer<T> }): Setting<T, T>;
export function setting<T>(kind: Kind<T>, facts: Facts): Setting<T, undefined>;
export function setting<T>(kind: Kind<T>, facts: Facts & { readonly default?: T }): Setting<T> {
  return { default: undefined, ...facts, kind };
}

/**
 * One that is understood and does nothing here. A function of its own also for this: each is called often enough at a
 * program's start, but not so often that the runtime would compile it, which costs an idle agent 2 MiB.
 */
export function acceptedSetting<T>(
  kind: Kind<T>,
  facts: Facts & { readonly accepted: string; readonly default?: NoInfer<T> },
): Setting<T> {
  return { default: undefined, ...facts, kind };
}

/**
 * Settings by their keys in a file, with dots between the parts. A key without a small letter is a variable's name:
 * the setting has no place in a file.
 */
export type Table = Readonly<Record<string, Setting<unknown>>>;

/** The values of a table's settings, typed by the table. */
export type Values<T extends Table> = {
  readonly [K in keyof T]: T[K] extends Setting<infer V, infer D> ? V | D : never;
};

export function hasFileKey(key: string): boolean {
  return /[a-z]/.test(key);
}

/** Some of a table's settings, in the order asked for. */
export function pick<T extends Table, K extends keyof T & string>(table: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, table[key]])) as Pick<T, K>;
}
