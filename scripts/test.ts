import { step } from "./step.ts";
import { add, type Counts, isSuccess, none, oneFailed, onePassed, summaryLine } from "./testing/counts.ts";
import { runFile } from "./testing/run-file.ts";
import { executablesAreStale } from "./testing/stale.ts";

/** `npm test`: all of it. `npm test -- PATTERN …`: the files whose path holds one of the patterns; `check` is the check. */
const patterns = process.argv.slice(2);
const isWanted = (name: string) =>
  patterns.length === 0 || patterns.some((pattern) => name.includes(pattern));

/** Files beside the code run two at a time: one a core. Whole programs are measured against time-outs, so they run alone. */
const sideBySide = 2;

const [besideCode, wholePrograms] = [["packages", "scripts"], ["tests"]].map(testFiles) as [
  string[],
  string[],
];

/** Told again at the end, where they are found: a long run's output is often kept only in part. */
const failures: string[] = [];

let counts = none;
if (isWanted("check")) counts = add(counts, await counted("check", ["bun", "scripts/check.ts"]));
if (wholePrograms.length > 0 && executablesAreStale(process.cwd()))
  counts = add(counts, await counted("build", ["bun", "scripts/build.ts"]));
counts = add(counts, await runAll(besideCode, sideBySide));
counts = add(counts, await runAll(wholePrograms, 1));
for (const failure of failures) console.log(`\nFAILED ${failure}`);
console.log(summaryLine(counts));
process.exitCode = isSuccess(counts) ? 0 : 1;

function testFiles(folders: readonly string[]): string[] {
  const pattern = new Bun.Glob(`{${folders.join(",")}}/**/*.test.{ts,tsx}`);
  return [...pattern.scanSync()].filter((path) => !path.includes("node_modules/") && isWanted(path)).sort();
}

async function counted(name: string, command: readonly string[]): Promise<Counts> {
  if (await step(name, command)) return onePassed;
  failures.push(name);
  return oneFailed;
}

async function runAll(files: readonly string[], atOnce: number): Promise<Counts> {
  const waiting = [...files];
  let sum = none;
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile(file, atOnce === 1);
      sum = add(sum, result.counts);
      failures.push(...result.failures.map((failure) => `${file}\n${failure}`));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return sum;
}
