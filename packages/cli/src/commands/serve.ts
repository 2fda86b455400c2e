import { readFlags } from "@keruta/config";
import { buildPanel } from "@keruta/panel";
import {
  createLogger,
  operatorSettings,
  type RunningServer,
  type ServerOptions,
  StartError,
  startServer,
} from "@keruta/server";
import { serverSettings } from "@keruta/server/settings";
import { Output } from "../output.ts";
import { panelAssets } from "../panel-assets.ts";
import { say } from "../say.ts";
import { readServerSettings, serveHelp } from "../server-settings.ts";
import { stopSignal } from "../stop-signal.ts";
import { UsageError } from "../usage-error.ts";

/** Serves until SIGTERM or SIGINT; a second one ends it at once. Throws `ConfigError` and `UsageError`. */
export async function serve(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) return printHelp();
  const options = serverOptions(args);
  const server = await start(options);
  if (server === undefined) return 1;
  say(`open ${server.url} in a browser; the logs are kept in ${options.dataDir}`);
  const signal = await stopSignal();
  await server.stop(`the server was told to stop (${signal})`);
  return 0;
}

async function printHelp(): Promise<number> {
  await new Output(1).write(Buffer.from(serveHelp()));
  return 0;
}

function serverOptions(args: readonly string[]): ServerOptions {
  const { given, operands } = readFlags(serverSettings, args);
  if (operands.length > 0) throw new UsageError(`serve takes no argument, but was given ${operands[0]}`);
  const { values, warnings } = readServerSettings(given, process.env);
  for (const warning of warnings) say(warning);
  return { ...operatorSettings(values), logger: createLogger(values["server.logLevel"]) };
}

/** Undefined, and said why, where the operator has to do something first. */
async function start(options: ServerOptions): Promise<RunningServer | undefined> {
  try {
    // In the executable this is the panel that was built into it.
    return await startServer({ ...options, panel: panelAssets(await buildPanel()) });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    say(error.message);
    return undefined;
  }
}
