import { type ErrorCode, errorCodeOf, KerutaError } from "@keruta/protocol";

/** What a refused request comes to: the server's own code and sentence, or what its status says. */
export async function refusal(path: string, response: Response): Promise<KerutaError> {
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

/** UNREACHABLE. */
export function unreachable(root: string, cause: unknown): KerutaError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KerutaError("UNREACHABLE", `cannot reach the server at ${root}: ${why}`, { cause });
}

/** An answer that is not what this version expects. */
export function misread(path: string, why: string, cause?: unknown): KerutaError {
  return new KerutaError("INTERNAL_SERVER_ERROR", `cannot read the answer to ${path}: ${why}`, { cause });
}
