import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildPanel, type PanelFiles } from "@keruta/panel";
import type { BunPlugin } from "bun";

/**
 * Builds the panel into `dir`, and beside the files a module that opens onto them as `@keruta/panel`
 * opens onto the panel's sources. Returns that module's path.
 */
export async function writePanel(dir: string): Promise<string> {
  const files = await buildPanel({ minify: true });
  rmSync(dir, { recursive: true, force: true });
  for (const [path, { body }] of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), body);
  }
  const door = join(dir, "door.ts");
  writeFileSync(door, doorOf(files, dir));
  return door;
}

/** In the executable `@keruta/panel` is the panel already built: its sources need a bundler. */
export function panelDoorPlugin(door: string): BunPlugin {
  return {
    name: "panel-door",
    setup(build) {
      build.onResolve({ filter: /^@keruta\/panel$/ }, () => ({ path: door }));
    },
  };
}

function doorOf(files: PanelFiles, dir: string): string {
  const entries = [...files].map(([path, { contentType, immutable }], i) => ({
    path,
    contentType,
    immutable,
    i,
  }));
  const imports = entries.map(
    ({ path, i }) => `import file${i} from ${JSON.stringify(join(dir, path))} with { type: "file" };`,
  );
  const read = entries.map(
    ({ path, contentType, immutable, i }) =>
      `[${JSON.stringify(path)}, { body: await Bun.file(file${i}).bytes(), contentType: ${JSON.stringify(contentType)}, immutable: ${immutable} }],`,
  );
  return `${imports.join("\n")}
export async function buildPanel() {
  return new Map([
    ${read.join("\n    ")}
  ]);
}
`;
}
