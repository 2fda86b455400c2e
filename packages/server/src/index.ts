export { newApiKey } from "./auth/api-key.ts";
export { addApiKey, readApiKeys, removeApiKey, type StoredApiKey } from "./auth/api-key-file.ts";
export { minSecretBytes, SecretTokens } from "./auth/secret-tokens.ts";
export type { AuthSettings, UserSettings } from "./auth-settings.ts";
export {
  type OperatorSettings,
  operatorSettings,
  type RateLimits,
  type ServerOptions,
  type TlsSettings,
  type Tuning,
} from "./config.ts";
export { type Role, roles } from "./identity.ts";
export { createLogger, type Logger, silentLogger } from "./logger.ts";
export type { PanelAsset, PanelAssets } from "./panel-assets.ts";
export { type RunningServer, startServer } from "./start.ts";
export { StartError } from "./start-error.ts";
