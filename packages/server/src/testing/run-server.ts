import { silentLogger } from "../logger.ts";
import { startServer } from "../start.ts";

/** A server as a process of its own, so that its memory can be measured: says its URL, ends on SIGTERM. */
const server = await startServer({ port: 0, dataDir: process.argv[2]!, logger: silentLogger });
console.log(server.url);
process.on("SIGTERM", () => void server.stop().then(() => process.exit(0)));
