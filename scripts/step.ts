/** Runs a program of this repository and says in one line how it went; what it printed is shown if it failed. */
export async function step(name: string, command: readonly string[]): Promise<boolean> {
  const begun = performance.now();
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  if (exitCode !== 0) process.stdout.write(`${stdout}${stderr}`);
  console.log(`${exitCode === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  return exitCode === 0;
}
