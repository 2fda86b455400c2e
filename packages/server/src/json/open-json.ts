import type { BeginDialect } from "../connection.ts";
import { JsonDialect, type JsonParts } from "./json-dialect.ts";
import { SharedSlices } from "./shared-slices.ts";
import { StatusDialect, type StatusParts } from "./status-dialect.ts";
import { UnfinishedWork } from "./unfinished-work.ts";

export interface Json {
  readonly begin: BeginDialect;
  /** Stores what was received and is waiting. Resolves when it is stored. */
  finish(): Promise<void>;
}

export function openJson(needs: Omit<JsonParts, "slices" | "work"> & StatusParts): Json {
  const work = new UnfinishedWork();
  const parts = { ...needs, slices: new SharedSlices(), work };
  return {
    begin: (connection) =>
      connection.place.isStatus === true
        ? new StatusDialect(connection, parts)
        : new JsonDialect(connection, parts),
    finish: () => work.finish(),
  };
}
