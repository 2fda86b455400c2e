/** `bun printer.ts TOTAL AT_ONCE EVERY_MS`: prints lines "N TIME_MS …" in steps, keeping its pace. */
import { writeSync } from "node:fs";

const [total = 0, atOnce = 1, everyMs = 1] = process.argv.slice(2).map(Number);
const start = performance.now();
for (let printed = 0; printed < total; ) {
  await Bun.sleep(Math.max(0, start + (printed / atOnce) * everyMs - performance.now()));
  const due = Math.min(total, (Math.floor((performance.now() - start) / everyMs) + 1) * atOnce);
  let text = "";
  const time = (performance.timeOrigin + performance.now()).toFixed(3);
  for (; printed < due; printed++)
    text += `${printed + 1} ${time} the quick brown fox jumps over the lazy dog, again and again\n`;
  if (text !== "") writeAll(Buffer.from(text));
}

function writeAll(bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(1, bytes, offset);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}
