import type { Edge, ImportGraph } from "./graph.ts";

/** Which packages a package may import. A package that is not here may import none. */
const packageArrows: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  config: [],
  client: ["protocol"],
  agent: ["config", "protocol"],
  server: ["config", "protocol"],
  panel: ["client", "protocol"],
  cli: ["client", "config", "protocol"],
};

/** The one program that is server, panel and CLI at once joins them in these files only. */
const cliJoins = [
  "packages/cli/src/main.ts",
  "packages/cli/src/server-settings.ts",
  ...["serve", "config", "token", "key"].map((name) => `packages/cli/src/commands/${name}.ts`),
];
const cliJoined = ["server", "panel"];

/** Files of the server that may know every part, and that no part may know: its URLs, its sockets, its start. */
const serverJoins = ["index.ts", "start.ts", "listen.ts", "upgrade.ts", "admit.ts", "routes.ts"].map(
  (name) => `packages/server/src/${name}`,
);

/** npm packages only some packages may import, and under which name. */
const restricted: readonly { name: string; only: readonly string[]; instead: string }[] = [
  { name: "zod", only: ["server"], instead: "valibot serves everywhere else, in a fifth of the bytes" },
  { name: "msgpackr", only: [], instead: "msgpackr/pack, in protocol, is the one codec" },
  {
    name: "msgpackr/pack",
    only: ["protocol"],
    instead: "pack and unpack of @keruta/protocol are the one codec",
  },
];

/** What pure code may import from npm. */
const pureImports = ["msgpackr/pack", "valibot", "#crc32"];

/** Stands in for a pure file of the same name where the code runs on Bun; package.json's `imports` chooses. */
const standIn = ".bun.ts";

/** Names through which code reaches the outside world, the time or chance. */
const impureNames = [
  ...["Bun", "process", "Buffer", "require", "console", "globalThis", "self", "window", "document"],
  ...["Date", "performance", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "Temporal"],
  ...["Math.random", "crypto"],
  ...["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "Worker", "navigator", "localStorage"],
];

export type Rule = (graph: ImportGraph) => string[];

/** Each rule answers with a sentence for every import that breaks it. */
export const rules: Readonly<Record<string, Rule>> = {
  throughDoors,
  packagesPointOneWay,
  protocolIsPure,
  restrictedImports,
  serverPartsStandAlone,
};

function throughDoors({ edges, lost }: ImportGraph): string[] {
  return [
    ...lost.map(({ from, specifier }) => `${from}: ${specifier} is no file, or not in its package's exports`),
    ...edges
      .filter(({ from, to, specifier }) => specifier.startsWith(".") && isForeign(from, to))
      .map(
        ({ from, to, specifier }) => `${from}: ${specifier} reaches into ${to}; use @keruta/${packageOf(to)}`,
      ),
  ];
}

/** Goes from outside a package into it. */
function isForeign(from: string, to: string): boolean {
  return packageOf(to) !== undefined && packageOf(from) !== packageOf(to);
}

function packagesPointOneWay({ edges }: ImportGraph): string[] {
  return edges.filter(crossesAgainstArrows).map(({ from, to }) => {
    const [source, target] = [packageOf(from), packageOf(to)];
    return `${from}: ${source} may not import ${target ?? to}`;
  });
}

function crossesAgainstArrows({ from, to }: Edge): boolean {
  const [source, target] = [packageOf(from), packageOf(to)];
  if (source === undefined || source === target) return false;
  if (target === undefined) return true;
  if (cliJoins.includes(from) && cliJoined.includes(target)) return false;
  return !(packageArrows[source] ?? []).includes(target);
}

function protocolIsPure({ files, outside }: ImportGraph): string[] {
  const isPure = (file: string) => packageOf(file) === "protocol" && !isTest(file) && !file.endsWith(standIn);
  return [
    ...outside
      .filter(({ from, specifier }) => isPure(from) && !pureImports.includes(specifier))
      .map(({ from, specifier }) => `${from}: protocol is pure and may not import ${specifier}`),
    ...files
      .filter(({ file }) => isPure(file))
      .flatMap(({ file, names }) =>
        impureNames
          .filter((name) => names.has(name))
          .map((name) => `${file}: protocol is pure and may not use ${name}`),
      ),
  ];
}

function restrictedImports({ outside }: ImportGraph): string[] {
  return outside.flatMap(({ from, specifier }) => {
    const rule = restricted.find(({ name }) => name === specifier);
    const importer = packageOf(from);
    if (rule === undefined || importer === undefined || rule.only.includes(importer)) return [];
    return [`${from}: may not import ${specifier}; ${rule.instead}`];
  });
}

/**
 * The server's folders are its steps. A step may know its own files, the server's leaf files and the
 * store's contract; what joins steps, and what picks a backend, is in `serverJoins`.
 */
function serverPartsStandAlone({ edges }: ImportGraph): string[] {
  return edges
    .filter(({ from, to }) => isServerStep(from) && packageOf(to) === "server")
    .filter(({ from, to }) => !mayKnow(partOf(from), partOf(to)) || serverJoins.includes(to))
    .map(
      ({ from, to }) =>
        `${from}: may not import ${to}; only ${serverJoins.map(baseName).join(", ")} join parts`,
    );
}

function isServerStep(file: string): boolean {
  return packageOf(file) === "server" && !isTest(file) && !serverJoins.includes(file);
}

/** The folders below the server's `src`: [] for a leaf file, ["store", "sqlite"] for a file of a backend. */
function partOf(file: string): string[] {
  return file.split("/").slice(3, -1);
}

function mayKnow(from: readonly string[], to: readonly string[]): boolean {
  const toContract = to.length === 0 || (to.length === 1 && to[0] === "store");
  const backend = to[0] === "store" ? to[1] : undefined;
  const isOwnStep = from[0] === to[0] && (backend === undefined || backend === from[1]);
  return toContract || isOwnStep;
}

/** A test joins what it tests. */
function isTest(file: string): boolean {
  return /\.(test|cases)\.tsx?$|\/(tests|testing|fixtures|golden)\//.test(file);
}

function packageOf(file: string): string | undefined {
  const [top, name] = file.split("/");
  return top === "packages" ? name : undefined;
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
