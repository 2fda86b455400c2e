import { join } from "node:path";
import type { Children } from "./children.ts";

const cli = join(import.meta.dir, "../../packages/cli/src/main.ts");
const firstPort = 8080;
const portsTried = 20;

/** Starts `keruta serve` and resolves with its address. `port` 0: any free one. */
export async function startDemoServer(children: Children, port: number, dataDir: string): Promise<string> {
  const serve = [cli, "serve", "--port", String(port), "--data", dataDir, "--log-level", "warn"];
  const server = children.start(serve, { stdout: "ignore", stderr: "pipe" });
  let said = "";
  const answered = Promise.withResolvers<string>();
  void (async () => {
    // Read to the end, so that the server is never held up by what it has to say.
    for await (const part of server.stderr.pipeThrough(new TextDecoderStream())) {
      said += part;
      const url = /open (http:\S+)/.exec(said)?.[1];
      if (url !== undefined) answered.resolve(url);
    }
    answered.reject(new Error(`cannot start the server: ${said.trim()}`));
  })();
  return answered.promise;
}

/** The first port that nobody listens on, from the usual one on. */
export function freeDemoPort(): number {
  for (let port = firstPort; port < firstPort + portsTried; port++) {
    try {
      Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }).stop(true);
    } catch {
      continue;
    }
    if (port !== firstPort) console.log(`Port ${firstPort} is taken, so the demo is on ${port}.`);
    return port;
  }
  throw new Error(`cannot find a free port from ${firstPort} to ${firstPort + portsTried - 1}`);
}
