import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { neutralise } from "./build/neutralise.ts";
import { panelDoorPlugin, writePanel } from "./build/panel-door.ts";

/**
 * Makes the executables:
 *
 *     bun scripts/build.ts [--only keruta|keruta-agent] [--target linux-x64|linux-arm64]
 *
 * Without a target they are for this machine, `dist/keruta` and `dist/keruta-agent`; with one its name
 * is appended. They hold the runtime and everything they need, and heed nothing that lies where they
 * are started.
 */
const root = join(import.meta.dir, "..");
const dist = join(root, "dist");
const packages = join(root, "packages");

interface Executable {
  readonly name: string;
  /** The first is what runs; the others are workers, which the bundler has to be told of. */
  readonly entrypoints: readonly string[];
  readonly hasPanel: boolean;
}

const executables: readonly Executable[] = [
  {
    name: "keruta",
    entrypoints: [
      "cli/src/main.ts",
      "server/src/store/sqlite/writer.ts",
      "server/src/store/sqlite/reader.ts",
    ],
    hasPanel: true,
  },
  { name: "keruta-agent", entrypoints: ["agent/src/main.ts"], hasPanel: false },
];

const targets: readonly Bun.Build.CompileTarget[] = ["bun-linux-x64", "bun-linux-arm64"];

const { values } = parseArgs({ options: { only: { type: "string" }, target: { type: "string" } } });
mkdirSync(dist, { recursive: true });
const target = values.target === undefined ? undefined : targetOf(values.target);
for (const executable of chosen(values.only)) await build(executable, target);

async function build(executable: Executable, target?: Bun.Build.CompileTarget): Promise<void> {
  const { name } = executable;
  const outfile = join(dist, target === undefined ? name : `${name}-${target.replace("bun-", "")}`);
  // Put in place when it is whole: one that is running cannot be written to.
  const unfinished = `${outfile}.${process.pid}.tmp`;
  try {
    await compile(executable, unfinished, target);
    neutralise(unfinished);
    renameSync(unfinished, outfile);
  } finally {
    rmSync(unfinished, { force: true });
  }
  console.log(`${outfile} (${(Bun.file(outfile).size / 1024 / 1024).toFixed(1)} MiB)`);
}

async function compile(
  { entrypoints, hasPanel }: Executable,
  outfile: string,
  target?: Bun.Build.CompileTarget,
): Promise<void> {
  await Bun.build({
    entrypoints: entrypoints.map((path) => join(packages, path)),
    root: packages,
    // What an agent rarely needs is not even read at its start. The panel's pages are one file.
    splitting: !hasPanel,
    // Names stay, so that a stack trace in a report can be read.
    minify: { whitespace: true, syntax: true, identifiers: false },
    plugins: hasPanel ? [panelDoorPlugin(await writePanel(join(dist, "panel")))] : [],
    compile: {
      outfile,
      ...(target === undefined ? {} : { target }),
      // Where it is started is somebody else's directory.
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
}

function chosen(only: string | undefined): readonly Executable[] {
  const found = executables.filter(({ name }) => only === undefined || name === only);
  if (found.length > 0) return found;
  throw new Error(`cannot build ${only}: give one of ${executables.map(({ name }) => name).join(", ")}`);
}

function targetOf(name: string): Bun.Build.CompileTarget {
  const found = targets.find((target) => target === `bun-${name}`);
  if (found !== undefined) return found;
  throw new Error(`cannot build for ${name}: give one of ${targets.join(", ").replaceAll("bun-", "")}`);
}
