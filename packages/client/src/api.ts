import {
  type AttemptSummary,
  type ErrorCode,
  errorCodeOf,
  KerutaError,
  type Manifest,
  type ManifestSegment,
  readAttemptSummary,
  readManifest,
  readTaskRecord,
  type TaskRecord,
  type TaskStatus,
} from "@keruta/protocol";
import { requireTaskId, serverAddress } from "./api-url.ts";

/** The part of `fetch` this package uses. */
export type Fetch = (
  url: string,
  init: { headers: Record<string, string>; signal?: AbortSignal },
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
  /** The `createdAt` of the last task of the page before. */
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

  #getJson<T>(path: string, read: Read<T>, signal?: AbortSignal): Promise<T> {
    return this.#get(path, signal, {}, async (response) => parsed(path, await response.text(), read));
  }

  /** `read` takes the body too, because the connection can break in the middle of it. */
  async #get<T>(
    path: string,
    signal: AbortSignal | undefined,
    headers: Record<string, string>,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    try {
      const response = await this.#fetch(`${this.#root}${path}`, {
        headers: { ...this.#headers, ...headers },
        ...(signal === undefined ? {} : { signal }),
      });
      if (!response.ok && response.status !== 304) throw await refusal(path, response);
      return await read(response);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
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

async function refusal(path: string, response: Response): Promise<KerutaError> {
  const text = await response.text();
  try {
    const { code, message } = (JSON.parse(text) as { error: { code: string; message: string } }).error;
    return new KerutaError(errorCodeOf(code) ?? codeForStatus(response.status), message);
  } catch {
    // Not our server, or a proxy in front of it.
    return new KerutaError(codeForStatus(response.status), `cannot read ${path}: HTTP ${response.status}`);
  }
}

const statusCodes: Readonly<Record<number, ErrorCode>> = {
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "RESOURCE_NOT_FOUND",
  429: "RATE_LIMIT_EXCEEDED",
  502: "UNREACHABLE",
  503: "UNREACHABLE",
  504: "UNREACHABLE",
};

function codeForStatus(status: number): ErrorCode {
  return statusCodes[status] ?? (status < 500 ? "INVALID_INPUT" : "INTERNAL_SERVER_ERROR");
}

function unreachable(root: string, cause: unknown): KerutaError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KerutaError("UNREACHABLE", `cannot reach the server at ${root}: ${why}`, { cause });
}

function misread(path: string, why: string, cause?: unknown): KerutaError {
  return new KerutaError("INTERNAL_SERVER_ERROR", `cannot read the answer to ${path}: ${why}`, { cause });
}
