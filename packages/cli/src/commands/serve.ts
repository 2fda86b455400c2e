import { buildPanel } from "@keruta/panel";
import { createLogger, type RunningServer, StartError, startServer } from "@keruta/server";
import { panelAssets } from "../panel-assets.ts";
import { say } from "../say.ts";
import { stopSignal } from "../stop-signal.ts";

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly logLevel: string;
}

/** Serves until SIGTERM or SIGINT; a second one ends it at once. */
export async function serve(options: ServeOptions): Promise<number> {
  const server = await start(options);
  if (server === undefined) return 1;
  say(`open ${server.url} in a browser; the logs are kept in ${options.data}`);
  const signal = await stopSignal();
  await server.stop(`the server was told to stop (${signal})`);
  return 0;
}

/** Undefined, and said why, where the operator has to do something first. */
async function start(options: ServeOptions): Promise<RunningServer | undefined> {
  try {
    return await startServer({
      host: options.host,
      port: options.port,
      dataDir: options.data,
      // In the executable this is the panel that was built into it.
      panel: panelAssets(await buildPanel()),
      logger: createLogger(options.logLevel),
    });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    say(error.message);
    return undefined;
  }
}
