export type { AuthSettings, UserSettings } from "./auth-settings.ts";
export type { OperatorSettings, RateLimits, ServerOptions, TlsSettings, Tuning } from "./config.ts";
export { createLogger, type Logger, silentLogger } from "./logger.ts";
export type { PanelAsset, PanelAssets } from "./panel-assets.ts";
export { type RunningServer, startServer } from "./start.ts";
export { StartError } from "./start-error.ts";
