import { fileURLToPath } from "node:url";
import tailwind from "bun-plugin-tailwind";
import { page } from "./page.ts";

export interface PanelFile {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Its address names its content: it may be cached for ever. */
  readonly immutable: boolean;
}

/** What the server serves, by path: "/index.html", "/assets/main-<hash>.js", … */
export type PanelFiles = ReadonlyMap<string, PanelFile>;

export interface BuildPanelOptions {
  /** Default true. */
  readonly minify?: boolean;
}

/**
 * Bundles the panel from its sources. Needs the development dependencies; a release holds what this
 * returns. Every address is absolute, so that the page works at any path: serve "/index.html" for those that are
 * not in the map.
 */
export async function buildPanel(options: BuildPanelOptions = {}): Promise<PanelFiles> {
  const minify = options.minify ?? true;
  // First the worker: Bun leaves `new Worker(url)` alone, so its hashed address is written into the page's bundle.
  const worker = await bundle("worker/panel-worker.ts", minify, {});
  const script = pathOf(worker, ".js");
  const main = await bundle("main.tsx", minify, { __WORKER_URL__: JSON.stringify(script) });
  const icon = await assetFile("icon.svg");
  const files = new Map([...worker, ...main, icon]);
  const html = page({ script: pathOf(main, ".js"), style: pathOf(main, ".css"), icon: icon[0] });
  files.set("/index.html", {
    body: new TextEncoder().encode(html),
    contentType: "text/html; charset=utf-8",
    immutable: false,
  });
  return files;
}

type Files = Map<string, PanelFile>;

async function bundle(entry: string, minify: boolean, define: Record<string, string>): Promise<Files> {
  const built = await Bun.build({
    entrypoints: [source(entry)],
    target: "browser",
    format: "esm",
    minify,
    sourcemap: "none",
    naming: "[name]-[hash].[ext]",
    plugins: [tailwind],
    // Without it React's development build is bundled, twice the size.
    define: { "process.env.NODE_ENV": '"production"', ...define },
  });
  const files: Files = new Map();
  for (const output of built.outputs) {
    const name = output.path.replace(/^\.?\//, "");
    files.set(`/assets/${name}`, await fileOf(name, output));
  }
  return files;
}

async function assetFile(name: string): Promise<[string, PanelFile]> {
  const file = Bun.file(source(name));
  const [stem, extension] = name.split(".");
  const hash = Bun.hash(await file.bytes())
    .toString(36)
    .slice(0, 8);
  return [`/assets/${stem}-${hash}.${extension}`, await fileOf(name, file)];
}

async function fileOf(name: string, content: Blob): Promise<PanelFile> {
  const extension = name.slice(name.lastIndexOf("."));
  const contentType = contentTypes[extension];
  if (contentType === undefined) throw new Error(`cannot serve ${name}: no content type for ${extension}`);
  return { body: new Uint8Array(await content.arrayBuffer()), contentType, immutable: true };
}

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

function pathOf(files: Files, extension: string): string {
  const path = [...files.keys()].find((name) => name.endsWith(extension));
  if (path === undefined) throw new Error(`cannot build the panel: the bundle holds no ${extension} file`);
  return path;
}

function source(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
