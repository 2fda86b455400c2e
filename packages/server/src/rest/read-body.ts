import { type ErrorCode, KerutaError } from "@keruta/protocol";

export interface BodyOptions {
  readonly maxBytes: number;
  /** For a body that is not what it has to be. */
  readonly code: ErrorCode;
  /** An empty body is an empty object. */
  readonly optional: boolean;
  /** Takes `application/x-ndjson` too. */
  readonly lines: boolean;
}

/** The JSON of a request's body, whatever type it says it has: clients forget. Reads no further than `maxBytes`. */
export async function readJsonBody(request: Request, options: BodyOptions): Promise<unknown> {
  const text = textOf(await readBytes(request, options.maxBytes), options.code);
  if (options.lines && isLines(request)) return linesOf(text, options.code);
  if (options.optional && text.trim() === "") return {};
  return parsed(text, "the body", options.code);
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.body ?? []) {
    bytes += part.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function textOf(bytes: Uint8Array, code: ErrorCode): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new KerutaError(code, "cannot read the body: it is not UTF-8");
  }
}

function isLines(request: Request): boolean {
  return /^application\/(x-ndjson|jsonl|jsonlines)\b/i.test(request.headers.get("content-type") ?? "");
}

function linesOf(text: string, code: ErrorCode): unknown[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      line.trim() === "" ? [] : [parsed(line, `line ${index + 1} of the body`, code)],
    );
}

function parsed(text: string, what: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KerutaError(code, `cannot read ${what}: it is not JSON (${(cause as Error).message})`);
  }
}

function tooLarge(maxBytes: number): KerutaError {
  return new KerutaError(
    "PAYLOAD_TOO_LARGE",
    `the body is longer than ${maxBytes} bytes: send less at a time`,
  );
}
