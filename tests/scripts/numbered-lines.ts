/**
 * Writes numbered lines: `--count` of them, `--burst` at a time with `--pause-ms` between, and then, with
 * `--record`, leaves a note of how that went for it, which a disturbed script would not write the same.
 */
import { writeFileSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { numberedLine } from "../harness/numbered-line.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string" },
    burst: { type: "string", default: "100" },
    "pause-ms": { type: "string", default: "0" },
    record: { type: "string" },
    exit: { type: "string", default: "0" },
  },
});
const seed = Number(values.seed);
const count = Number(values.count);
const burst = Number(values.burst);

for (let first = 1; first <= count; first += burst) {
  let block = "";
  for (let number = first; number < Math.min(first + burst, count + 1); number++)
    block += `${numberedLine(seed, number)}\n`;
  writeAll(Buffer.from(block));
  if (values["pause-ms"] !== "0") await Bun.sleep(Number(values["pause-ms"]));
}
if (values.record !== undefined) writeFileSync(values.record, `wrote ${count} lines\n`);
process.exitCode = Number(values.exit);

function writeAll(bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(1, bytes, written);
}
