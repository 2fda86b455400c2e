import { statSync } from "node:fs";
import type { Identity } from "../identity.ts";
import type { Logger } from "../logger.ts";
import { StartError } from "../start-error.ts";
import { idOfApiKey, isKeyOf } from "./api-key.ts";
import { readApiKeys, type StoredApiKey } from "./api-key-file.ts";
import { refused } from "./credential.ts";

/** The file is looked at this often at most: how long a key that was revoked can still be good. */
const lookEveryMs = 500;

/**
 * The keys of a file, read again when it changes. One that was taken away takes all keys with it; one that cannot be
 * read or understood leaves the keys as they were, and is complained about in the log.
 */
export class ApiKeys {
  #keys: ReadonlyMap<string, StoredApiKey> = new Map();
  #stamp: string | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /** Throws StartError. */
  constructor(
    private readonly path: string,
    private readonly nowMs: () => number,
    private readonly logger: Logger,
  ) {
    try {
      this.#stamp = stampOf(path);
      this.#keys = byId(readApiKeys(path));
    } catch (cause) {
      const why = (cause as Error).message;
      throw new StartError(
        `cannot read the API keys: ${why} (\`keruta key create --file ${path}\` makes the file)`,
        { cause },
      );
    }
  }

  /** Throws UNAUTHORIZED. */
  identify(text: string): Identity {
    const key = this.#find(idOfApiKey(text));
    if (key === undefined || !isKeyOf(text, key.sha256))
      throw refused("the API key is unknown or was revoked");
    const expiresAtMs = key.expiresAt === undefined ? undefined : Date.parse(key.expiresAt);
    if (expiresAtMs !== undefined && expiresAtMs <= this.nowMs()) throw refused("the API key has expired");
    return {
      name: key.name,
      role: key.role,
      keyId: key.id,
      ...(key.tasks === undefined ? {} : { tasks: key.tasks }),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    };
  }

  has(id: string): boolean {
    return this.#find(id) !== undefined;
  }

  #find(id: string | undefined): StoredApiKey | undefined {
    this.#look();
    return id === undefined ? undefined : this.#keys.get(id);
  }

  #look(): void {
    const nowMs = this.nowMs();
    if (nowMs - this.#lookedAtMs < lookEveryMs) return;
    this.#lookedAtMs = nowMs;
    try {
      const stamp = stampOf(this.path);
      if (stamp === this.#stamp) return;
      this.#stamp = stamp;
      this.#keys = stamp === undefined ? new Map() : byId(readApiKeys(this.path));
      this.logger.info({ keys: this.#keys.size }, "read the API keys again");
    } catch (err) {
      this.logger.error({ err }, "cannot read the API keys again: those from before stay good");
    }
  }
}

function byId(keys: readonly StoredApiKey[]): Map<string, StoredApiKey> {
  return new Map(keys.map((key) => [key.id, key]));
}

/** Changes whenever the file does, even within one tick of its clock: it is replaced or grows. Undefined: it is not there. */
function stampOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}
