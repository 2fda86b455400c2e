import { expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../testing/temporary-folder.ts";

const program = join(import.meta.dir, "../../testing/append-through-failure.ts");

test("when no more can be written nothing is acknowledged, reads go on, and writing goes on when it can", async () => {
  // Files of this process may grow to 2 MB; the signal that would end it there is ignored, so writes fail instead.
  const limited = 'trap "" XFSZ; ulimit -S -f 2000; exec "$0" "$@"';
  const command = ["bash", "-c", limited, process.execPath, program, temporaryFolder()];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
  let said = "";
  for await (const bytes of child.stdout) {
    said += new TextDecoder().decode(bytes);
    if (said === "refused DATABASE_ERROR; readable true\n")
      Bun.spawnSync(["prlimit", `--pid=${child.pid}`, "--fsize=unlimited"]);
  }
  expect(said).toBe("refused DATABASE_ERROR; readable true\nrecovered true\n");
  expect(await child.exited).toBe(0);
}, 30_000);
