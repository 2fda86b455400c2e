/**
 * `bun viewers.ts URL TASK COUNT`: that many native viewers in one process. Prints one line when every one of
 * them has seen the attempt's end.
 */
import { viewToEnd } from "./native-viewer.ts";

const [url = "", taskId = "", count = "1"] = process.argv.slice(2);
const ends = await Promise.all(Array.from({ length: Number(count) }, () => viewToEnd(url, taskId, () => {})));
console.log(`${ends.length} viewers saw at least ${Math.min(...ends)} lines each`);
