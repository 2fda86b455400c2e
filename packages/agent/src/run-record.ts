import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { End } from "@keruta/protocol";
import { bounds } from "./bounds.ts";
import { isAlive, type Owner, thisProcess } from "./owner.ts";

/** `run.json` in an attempt's spool directory: what delivering it needs beside the chunks. */
export interface RunRecord {
  readonly version: 1;
  readonly taskId: string;
  readonly runId: string;
  readonly apiUrl: string;
  readonly startedAtUs: number;
  readonly host: string;
  readonly pid: number;
  readonly command: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Who is writing or delivering the spool now. */
  readonly owner: Owner;
  /** How the script ended, once it has. */
  readonly end?: Omit<End, "type" | "lastSequence">;
}

const fileName = "run.json";

/** Replaces the record atomically. */
export function writeRunRecord(directory: string, record: RunRecord): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, fileName);
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Says the owner is still there, for those who cannot look it up. */
export function touchRunRecord(directory: string): void {
  const now = new Date();
  utimesSync(join(directory, fileName), now, now);
}

/** A spool nobody is writing or delivering. */
export interface LeftSpool {
  readonly directory: string;
  readonly record: RunRecord;
}

/** The spools under `spoolDirectory` whose agent is gone. Directories without a readable record are not ours. */
export function leftSpools(spoolDirectory: string): LeftSpool[] {
  const found: LeftSpool[] = [];
  for (const name of directoryNames(spoolDirectory)) {
    const directory = join(spoolDirectory, name);
    const record = readRunRecord(directory);
    if (record !== undefined && !isOwned(directory, record)) found.push({ directory, record });
  }
  return found.sort((a, b) => a.record.startedAtUs - b.record.startedAtUs);
}

function directoryNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readRunRecord(directory: string): RunRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(join(directory, fileName), "utf8")) as RunRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

function isOwned(directory: string, record: RunRecord): boolean {
  const alive = isAlive(record.owner);
  if (alive !== undefined) return alive;
  return Date.now() - statSync(join(directory, fileName)).mtimeMs < bounds.ownerTimeoutMs;
}

/** Takes a left spool over, so that no other agent does. */
export function adopt({ directory, record }: LeftSpool): void {
  writeRunRecord(directory, { ...record, owner: thisProcess() });
}

/** A delivered spool that cannot be removed is delivered again some day, and found to be there already. */
export function removeSpool(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // Its place is not a directory, or not ours to write.
  }
}
