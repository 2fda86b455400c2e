/** A Python that has the module: the one on the path, or the system's, for which Debian packages it. */
export function pythonWith(module: string): string {
  const found = ["python3", "/usr/bin/python3"].find(
    (python) =>
      Bun.which(python) !== null && Bun.spawnSync([python, "-c", `import ${module}`]).exitCode === 0,
  );
  if (found === undefined)
    throw new Error(`there is no Python with the module ${module}: run node scripts/setup.mjs --tests`);
  return found;
}
