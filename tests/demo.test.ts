import { expect } from "bun:test";
import { join } from "node:path";
import { test } from "./harness/process-test.ts";

test("npm run demo -- --once shows the log and ends well", async () => {
  const demo = Bun.spawn(["npm", "run", "demo", "--", "--once"], {
    cwd: join(import.meta.dir, ".."),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([demo.stdout.text(), demo.stderr.text()]);
  expect(`${await demo.exited} ${errors}`).toStartWith("0 ");
  expect(output).toContain("http://127.0.0.1:");
});
