import { afterAll } from "bun:test";
import type { ServerOptions } from "../config.ts";
import { silentLogger } from "../logger.ts";
import { type RunningServer, startServer } from "../start.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A server on a free port and a new folder, stopped when the test file ends. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ port: 0, dataDir: temporaryFolder(), logger: silentLogger, ...options });
  afterAll(() => server.stop());
  return server;
}
