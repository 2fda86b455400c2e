/** Enough to hold an assertion's diff and its stack. */
const maxLinesOfOne = 80;

/**
 * What Bun said of the tests that failed, each from the end of the test before it to its own `(fail)` line. A file that
 * failed without such a line (it crashed, did not load, was stopped) is told by the end of its output.
 */
export function failuresOf(output: string): readonly string[] {
  const failures: string[] = [];
  let block: string[] = [];
  for (const line of output.split("\n")) {
    block.push(line);
    if (line.startsWith("(fail) ")) failures.push(lastOf(block));
    if (/^\((?:pass|fail|skip|todo)\) /.test(line)) block = [];
  }
  return failures.length > 0 ? failures : [lastOf(output.trimEnd().split("\n"))];
}

function lastOf(lines: readonly string[]): string {
  return lines.slice(-maxLinesOfOne).join("\n");
}
