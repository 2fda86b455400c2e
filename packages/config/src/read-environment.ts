import { nearest } from "./nearest.ts";
import type { Setting } from "./setting.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set for a setting; `isPath`: its value is the path of a file that holds the setting's. */
export interface GivenVariable {
  readonly name: string;
  readonly text: string;
  readonly isPath: boolean;
}

/**
 * The variables of a setting that are set, the one that counts first. An empty one is not set. Neither is one that
 * Kubernetes made for a Service: a Service called keruta-server puts `KERUTA_SERVER_PORT=tcp://…` into every Pod.
 */
export function givenVariables(
  setting: Setting<unknown>,
  environment: Environment,
): readonly GivenVariable[] {
  const names = (setting.variables ?? []).flatMap((name) => [
    { name, isPath: false },
    ...(setting.isSecret ? [{ name: `${name}_FILE`, isPath: true }] : []),
  ]);
  return names.flatMap(({ name, isPath }) => {
    const text = environment[name];
    if (text === undefined || text === "" || isServiceVariable(name, text)) return [];
    return [{ name, text, isPath }];
  });
}

/** A warning for each variable that begins with `prefix`, is none of `known`, and looks like one mistyped. */
export function mistypedVariables(
  known: ReadonlySet<string>,
  environment: Environment,
  prefix: string,
): string[] {
  const warnings: string[] = [];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(prefix) || known.has(name) || isServiceVariable(name, environment[name] ?? ""))
      continue;
    const meant = nearest(name.slice(prefix.length), endings(known, prefix));
    if (meant !== undefined) warnings.push(`${name} is not known; did you mean ${prefix}${meant}?`);
  }
  return warnings;
}

function endings(names: ReadonlySet<string>, prefix: string): string[] {
  return [...names].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}

const serviceName = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

function isServiceVariable(name: string, text: string): boolean {
  return serviceName.test(name) || (name.endsWith("_PORT") && /^(tcp|udp|sctp):\/\//.test(text));
}
