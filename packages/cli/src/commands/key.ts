import {
  addApiKey,
  newApiKey,
  type Role,
  readApiKeys,
  removeApiKey,
  type StoredApiKey,
} from "@keruta/server";
import { Output } from "../output.ts";
import { say } from "../say.ts";
import { readServerSettings } from "../server-settings.ts";
import { UsageError } from "../usage-error.ts";

export interface KeyFileOptions {
  readonly file?: string;
}

export interface NewKeyOptions extends KeyFileOptions {
  readonly role: Role;
  readonly task?: readonly string[];
  readonly name?: string;
  /** Absent: the key is good until it is revoked. */
  readonly expires?: number;
}

export interface KeyListOptions extends KeyFileOptions {
  readonly json?: boolean;
}

/** Prints the key, which is written down nowhere. A server that uses the file takes it within a second. */
export async function createKey(options: NewKeyOptions): Promise<number> {
  const { role, name = role, task: tasks, expires: lifetimeMs } = options;
  const { id, text, sha256 } = newApiKey();
  const nowMs = Date.now();
  addApiKey(fileOf(options), {
    id,
    name,
    role,
    ...(tasks === undefined ? {} : { tasks }),
    sha256,
    createdAt: new Date(nowMs).toISOString(),
    ...(lifetimeMs === undefined ? {} : { expiresAt: new Date(nowMs + lifetimeMs).toISOString() }),
  });
  await print(text);
  say(`this is shown once; \`keruta key revoke ${id}\` takes it back`);
  return 0;
}

export async function listKeys(options: KeyListOptions): Promise<number> {
  for (const key of readKeys(fileOf(options))) await print(options.json ? asJson(key) : asRow(key));
  return 0;
}

/** A server that uses the file refuses the key within a second, and ends what is connected with it at its next beat. */
export async function revokeKey(id: string, options: KeyFileOptions): Promise<number> {
  const path = fileOf(options);
  readKeys(path);
  if (removeApiKey(path, id)) return 0;
  say(`there is no key ${id} in ${path}`);
  return 1;
}

function fileOf({ file }: KeyFileOptions): string {
  const path = file ?? readServerSettings(new Map(), process.env).values["auth.apiKeysFile"];
  if (path) return path;
  throw new UsageError(
    "there is no file of keys: give --file, or set KERUTA_API_KEYS_FILE or auth.apiKeysFile as for the server",
  );
}

function readKeys(path: string): StoredApiKey[] {
  try {
    return readApiKeys(path);
  } catch (cause) {
    throw new UsageError(`cannot read the keys: ${(cause as Error).message}`);
  }
}

function asRow({ id, role, name, tasks, createdAt, expiresAt }: StoredApiKey): string {
  return [id, role, name, tasks?.join(",") ?? "all tasks", createdAt, expiresAt ?? "never expires"].join(
    "\t",
  );
}

/** Without the hash: what is listed is pasted into tickets. */
function asJson({ sha256: _, ...key }: StoredApiKey): string {
  return JSON.stringify(key);
}

function print(line: string): Promise<void> {
  return new Output(1).write(Buffer.from(`${line}\n`));
}
