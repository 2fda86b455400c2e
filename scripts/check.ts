import { step } from "./step.ts";

/** `npm run check`: everything that can be said about the code without running it. */
const checks: Readonly<Record<string, readonly string[]>> = {
  "format and lint": ["biome", "check", "--error-on-warnings"],
  types: ["tsc", "--project", "."],
  "types of the panel": ["tsc", "--project", "packages/panel"],
  imports: ["bun", "scripts/check-imports.ts"],
  docs: ["bun", "scripts/check-docs.ts"],
};

const failed: string[] = [];
for (const [name, command] of Object.entries(checks)) if (!(await step(name, command))) failed.push(name);
if (failed.length > 0) console.error(`check failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
