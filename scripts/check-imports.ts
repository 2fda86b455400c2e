import { buildGraph, findCycle } from "./imports/graph.ts";
import { readImports } from "./imports/read-imports.ts";
import { rules } from "./imports/rules.ts";

/** The projects that together hold every source file. */
const projects = ["tsconfig.json", "packages/panel/tsconfig.json"];

/** A sentence for every import that goes against the layout in docs/architecture.md; none: all is well. */
export async function checkImports(root: string, projectFiles = projects): Promise<string[]> {
  const graph = buildGraph(root, await readImports(root, projectFiles));
  const broken = Object.values(rules).flatMap((rule) => rule(graph));
  const cycle = findCycle(graph.edges);
  return cycle === undefined ? broken : [...broken, `import cycle: ${cycle.join(" → ")}`];
}

if (import.meta.main) {
  const broken = await checkImports(process.cwd());
  for (const sentence of broken) console.error(sentence);
  process.exitCode = broken.length === 0 ? 0 : 1;
}
