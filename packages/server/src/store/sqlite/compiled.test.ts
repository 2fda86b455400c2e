import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../testing/temporary-folder.ts";

test("the store's workers start inside an executable, wherever it stands", async () => {
  const folder = temporaryFolder();
  const packages = join(import.meta.dir, "../../../..");
  const outfile = join(folder, "opens-store");
  const built = await Bun.build({
    entrypoints: [
      join(packages, "server/src/testing/opens-store.ts"),
      join(import.meta.dir, "writer.ts"),
      join(import.meta.dir, "reader.ts"),
    ],
    root: packages,
    compile: { outfile },
  });
  expect(built.success).toBe(true);
  const dataDir = join(folder, "data");
  mkdirSync(dataDir);
  const run = Bun.spawnSync([outfile, dataDir], { cwd: "/", stderr: "inherit" });
  expect(run.stdout.toString()).toBe("head 3, tasks 1\n");
  expect(run.exitCode).toBe(0);
}, 60_000);
