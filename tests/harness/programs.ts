import { join } from "node:path";

const root = join(import.meta.dir, "../..");

const { KERUTA_TEST_PROGRAMS: which = "built" } = process.env;

/**
 * The programs under test. `npm test` builds the executables first and runs those; while working on a
 * part, KERUTA_TEST_PROGRAMS=sources runs the same programs from their sources.
 */
export const programs =
  which === "sources"
    ? {
        keruta: [process.execPath, join(root, "packages/cli/src/main.ts")],
        agent: [process.execPath, join(root, "packages/agent/src/main.ts")],
      }
    : { keruta: [join(root, "dist/keruta")], agent: [join(root, "dist/keruta-agent")] };

/** A program of `tests/scripts`, as a command to hand to the agent. */
export function script(name: string, ...args: string[]): string[] {
  const path = join(root, "tests/scripts", name);
  return [name.endsWith(".ts") ? process.execPath : "sh", path, ...args];
}
