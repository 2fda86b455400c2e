import { nearest } from "./nearest.ts";
import type { Setting, Table } from "./setting.ts";

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

/** A warning for each variable that begins like ours and looks like a mistyped one. */
export function mistypedVariables(table: Table, environment: Environment, prefix: string): string[] {
  const settings = Object.values(table);
  const known = settings.flatMap(({ variables = [] }) => variables);
  const files = settings.flatMap(({ variables = [], isSecret }) =>
    isSecret ? variables.map((name) => `${name}_FILE`) : [],
  );
  const all = new Set([...known, ...files]);
  return Object.entries(environment)
    .filter(([name]) => name.startsWith(prefix) && !all.has(name))
    .filter(([name, text]) => !isServiceVariable(name, text ?? ""))
    .flatMap(([name]) => {
      const meant = nearest(name.slice(prefix.length), [...all].flatMap(withoutPrefix(prefix)));
      return meant === undefined ? [] : [`${name} is not known; did you mean ${prefix}${meant}?`];
    });
}

function withoutPrefix(prefix: string): (name: string) => string[] {
  return (name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []);
}

const serviceName = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

function isServiceVariable(name: string, text: string): boolean {
  return serviceName.test(name) || (name.endsWith("_PORT") && /^(tcp|udp|sctp):\/\//.test(text));
}
