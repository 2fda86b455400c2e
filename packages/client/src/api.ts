import {
  type AttemptSummary,
  KerutaError,
  type Manifest,
  type ManifestSegment,
  readAttemptSummary,
  readManifest,
  readTaskRecord,
  type TaskRecord,
  type TaskStatus,
} from "@keruta/protocol";
import { misread, refusal, unreachable } from "./api-errors.ts";
import { requireTaskId, serverAddress } from "./api-url.ts";

/** The part of `fetch` this package uses. */
export type Fetch = (
  url: string,
  init: { method?: string; headers: Record<string, string>; body?: string; signal?: AbortSignal },
) => Promise<Response>;

export interface ApiOptions {
  /** Where the server is. A trailing `/`, `/api` or `/api/v1` is ignored. */
  readonly apiUrl: string;
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
  readonly fetch?: Fetch;
}

export interface TaskQuery {
  readonly status?: TaskStatus;
  /** Text the id or name holds. */
  readonly q?: string;
  readonly limit?: number;
  /** The id of the last task of the page before. */
  readonly before?: string;
}

export interface ManifestQuery {
  /** Only segments that begin after this line. */
  readonly after?: number;
  /** The ETag of an earlier answer to the same question: then the answer may be "unchanged". */
  readonly etag?: string | undefined;
}

export interface ManifestAnswer {
  readonly manifest: Manifest;
  readonly etag: string | undefined;
}

/** Text for a script's standard input. */
export interface Input {
  readonly input: string;
  /** Close the script's standard input behind it. */
  readonly eof?: boolean;
  /** Send it as it is; else it gets a newline where it has none. */
  readonly raw?: boolean;
}

export type Credentials =
  | { readonly token: string }
  | { readonly username: string; readonly password: string };

/** Who is asking, as the server sees it. */
export interface Myself {
  readonly name: string;
  readonly role: string;
  /** Actions that are allowed. */
  readonly may: readonly string[];
  /** Whether the server asks everybody who they are. */
  readonly authRequired: boolean;
}

/**
 * The REST interface, typed. Every answer is checked against the protocol's schema. Every method
 * throws KerutaError: the server's own code and sentence where it gave one, UNREACHABLE where it did
 * not answer. An aborted `signal` rejects with the signal's reason.
 */
export class Api {
  readonly #root: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: Fetch;

  constructor(options: ApiOptions) {
    this.#root = `${serverAddress(options.apiUrl)}/api/v1`;
    this.#headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
  }

  /** Newest first. */
  listTasks(query: TaskQuery = {}, signal?: AbortSignal): Promise<TaskRecord[]> {
    const set = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(set.map(([key, value]): [string, string] => [key, String(value)]));
    return this.#getJson(`/tasks?${search}`, listOf(readTaskRecord), signal);
  }

  getTask(taskId: string, signal?: AbortSignal): Promise<TaskRecord> {
    return this.#getJson(taskPath(taskId), readTaskRecord, signal);
  }

  /** Ascending. */
  listAttempts(taskId: string, signal?: AbortSignal): Promise<AttemptSummary[]> {
    return this.#getJson(`${taskPath(taskId)}/attempts`, listOf(readAttemptSummary), signal);
  }

  async manifest(
    taskId: string,
    attempt: number,
    query: ManifestQuery = {},
    signal?: AbortSignal,
  ): Promise<ManifestAnswer | "unchanged"> {
    const path = `${taskPath(taskId)}/attempts/${attempt}/manifest?after=${query.after ?? 0}`;
    const conditional = query.etag === undefined ? {} : { "if-none-match": query.etag };
    return this.#get(path, signal, conditional, async (response) => {
      if (response.status === 304) return "unchanged";
      const etag = response.headers.get("etag") ?? undefined;
      return { manifest: parsed(path, await response.text(), readManifest), etag };
    });
  }

  /** A segment's columns, decompressed; `decodeColumns(segment, columns)` makes lines of them. */
  segmentColumns(
    taskId: string,
    attempt: number,
    segment: ManifestSegment,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const checksum = segment.checksum.toString(16).padStart(8, "0");
    const path = `${taskPath(taskId)}/attempts/${attempt}/segments/${segment.firstSequence}-${checksum}`;
    return this.#get(path, signal, {}, (response) => readBytes(path, response, segment.columnsBytes));
  }

  /** Queues text for the task's script; it arrives as soon as its agent can be reached. */
  async sendInput(taskId: string, input: Input): Promise<void> {
    await this.#do("POST", `${taskPath(taskId)}/input`, input);
  }

  /** Ends what runs of the task; resolves when the server has taken the wish. */
  async cancel(taskId: string, reason?: string): Promise<void> {
    await this.#do("POST", `${taskPath(taskId)}/cancel`, reason === undefined ? {} : { reason });
  }

  /** Rejects with UNAUTHORIZED where the server wants to know who is asking. */
  me(signal?: AbortSignal): Promise<Myself> {
    return this.#getJson("/auth/me", readMyself, signal);
  }

  /** Asks for a cookie, which a browser then sends by itself. */
  async signIn(credentials: Credentials): Promise<void> {
    await this.#do("POST", "/auth/session", credentials);
  }

  async signOut(): Promise<void> {
    await this.#do("DELETE", "/auth/session");
  }

  #do(method: string, path: string, body?: object): Promise<void> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    return this.#ask(path, { method, headers, ...json }, async (response) => {
      await response.text();
    });
  }

  #getJson<T>(path: string, read: Read<T>, signal?: AbortSignal): Promise<T> {
    return this.#get(path, signal, {}, async (response) => parsed(path, await response.text(), read));
  }

  #get<T>(
    path: string,
    signal: AbortSignal | undefined,
    headers: Record<string, string>,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    return this.#ask(path, { headers, ...(signal === undefined ? {} : { signal }) }, read);
  }

  /** `read` takes the body too, because the connection can break in the middle of it. */
  async #ask<T>(
    path: string,
    init: Parameters<Fetch>[1],
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    try {
      const headers = { ...this.#headers, ...init.headers };
      const response = await this.#fetch(`${this.#root}${path}`, { ...init, headers });
      if (!response.ok && response.status !== 304) throw await refusal(path, response);
      return await read(response);
    } catch (cause) {
      if (init.signal?.aborted) throw init.signal.reason;
      throw cause instanceof KerutaError ? cause : unreachable(this.#root, cause);
    }
  }
}

/** Throws where a value is not what it reads. */
type Read<T> = (value: unknown) => T;

function listOf<T>(read: Read<T>): Read<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new Error("it is not an array");
    return value.map((item) => read(item));
  };
}

function readMyself(value: unknown): Myself {
  const { name, role, may, authRequired } = value as Myself;
  if (typeof name !== "string" || typeof role !== "string" || !Array.isArray(may))
    throw new Error("it does not say who is asking");
  return { name, role, may, authRequired };
}

function taskPath(taskId: string): string {
  return `/tasks/${encodeURIComponent(requireTaskId(taskId))}`;
}

function parsed<T>(path: string, text: string, read: Read<T>): T {
  try {
    return read(JSON.parse(text));
  } catch (cause) {
    throw misread(path, "it is not what this version expects", cause);
  }
}

/** Reads no further than `bytes`, whatever the server sends. */
async function readBytes(path: string, response: Response, bytes: number): Promise<Uint8Array> {
  const whole = new Uint8Array(bytes);
  let filled = 0;
  for await (const part of partsOf(response)) {
    if (filled + part.length > bytes) throw misread(path, `it is longer than ${bytes} bytes`);
    whole.set(part, filled);
    filled += part.length;
  }
  if (filled < bytes) throw misread(path, `it ends after ${filled} of ${bytes} bytes`);
  return whole;
}

/** A reader and not `for await` over the body: not every browser has that. */
async function* partsOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
