import { relative, resolve } from "node:path";
import {
  isIdentifier,
  isPropertyAccessExpression,
  type Node,
  type SourceFile,
} from "typescript/unstable/ast";
import { API } from "typescript/unstable/async";

/** What one source file leans on. Paths are relative to the root, with `/`. */
export interface SourceImports {
  readonly file: string;
  /** Everything it names another module by: imports, exports from, `import()`, and the same for types. */
  readonly specifiers: readonly string[];
  /** Every identifier that is not behind a dot, and `a.b` for each plain pair: where a global would be. */
  readonly names: ReadonlySet<string>;
}

/**
 * Reads the source files of TypeScript projects with the compiler's own parser, which sees what a
 * bundler's scan does not: imports of types only.
 */
export async function readImports(root: string, projects: readonly string[]): Promise<SourceImports[]> {
  const api = new API({ cwd: root });
  try {
    const snapshot = await api.updateSnapshot({ openProjects: projects.map((path) => resolve(root, path)) });
    const read: SourceImports[] = [];
    for (const project of snapshot.getProjects())
      for (const path of project.rootFiles) {
        const source = await project.program.getSourceFile(path);
        if (source === undefined) throw new Error(`cannot read ${path}: the compiler does not know it`);
        read.push({
          file: relative(root, path),
          specifiers: source.imports.map((node) => (node as Node & { text: string }).text),
          names: namesOf(source),
        });
      }
    return read;
  } finally {
    await api.close();
  }
}

function namesOf(source: SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: Node): undefined => {
    if (isIdentifier(node)) names.add(node.text);
    if (isPropertyAccessExpression(node)) visit(node.expression);
    else node.forEachChild(visit);
    if (isPropertyAccessExpression(node) && isIdentifier(node.expression))
      names.add(`${node.expression.text}.${node.name.text}`);
    return undefined;
  };
  visit(source);
  return names;
}
