export { type ConfigFile, type FilePlaces, findConfigFile, readConfigFile, userFile } from "./config-file.ts";
export { type Described, describe, describeAsJson, describeAsText } from "./describe.ts";
export { findKey } from "./file-entries.ts";
export { allFlags, defaultText, flagRows, helpRow } from "./help.ts";
export {
  anything,
  bytes,
  duration,
  type Kind,
  listOf,
  oneOf,
  pattern,
  patterns,
  type Range,
  text,
  toggle,
  url,
  whole,
} from "./kind.ts";
export { ConfigError } from "./mistakes.ts";
export type { Environment } from "./read-environment.ts";
export { type GivenFlag, type ReadFlags, readFlags } from "./read-flags.ts";
export { defaultsOf, type Origin, type Resolved, resolve, type Sources } from "./resolve.ts";
export { setInFile } from "./set-in-file.ts";
export {
  acceptedSetting,
  type Facts,
  hasFileKey,
  pick,
  type Setting,
  setting,
  type Table,
  type Values,
} from "./setting.ts";
export { day, gibibyte, hour, mebibyte, minute, second } from "./units.ts";
