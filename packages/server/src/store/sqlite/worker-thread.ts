/**
 * Starts one of this folder's workers. From sources its file lies beside this one. In a compiled executable the
 * bundler puts every extra entrypoint under `/$bunfs/root`, at its path below the common folder of all entrypoints,
 * as `.js`; `import.meta.url` is then that of the executable. So the build must list `writer.ts` and `reader.ts`
 * as entrypoints with `packages` as their common folder.
 */
export function startWorker(name: "writer" | "reader"): Worker {
  const isCompiled = import.meta.url.includes("/$bunfs/");
  return isCompiled
    ? new Worker(`./server/src/store/sqlite/${name}.ts`)
    : new Worker(new URL(`./${name}.ts`, import.meta.url));
}
