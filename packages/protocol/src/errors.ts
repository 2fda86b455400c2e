/** What the peer should do after an error: `retry` (with back-off) or `stop` (asking again cannot help). */
export type ErrorAction = "retry" | "stop";

interface ErrorKind {
  readonly meaning: string;
  readonly action: ErrorAction;
  /** WebSocket close code, where the error ends a connection. */
  readonly close: number;
  /** HTTP status, where the error answers a request. */
  readonly status: number;
}

/** The one table of errors. A code is never reused for another meaning. */
export const errorKinds = {
  INVALID_INPUT: {
    meaning: "A parameter has a value that is not allowed.",
    action: "stop",
    close: 4400,
    status: 400,
  },
  VALIDATION_ERROR: {
    meaning: "Fields have values that are not allowed; `details.fields` names each and says why.",
    action: "stop",
    close: 4400,
    status: 400,
  },
  INVALID_LOG_FORMAT: {
    meaning: "A submitted log line could not be understood; nothing of the request was stored.",
    action: "stop",
    close: 4400,
    status: 400,
  },
  INVALID_MESSAGE_FORMAT: {
    meaning: "A WebSocket message could not be understood.",
    action: "stop",
    close: 4400,
    status: 400,
  },
  UNAUTHORIZED: {
    meaning: "Credentials are missing or not valid.",
    action: "stop",
    close: 4401,
    status: 401,
  },
  FORBIDDEN: { meaning: "The credentials do not allow this.", action: "stop", close: 4403, status: 403 },
  RESOURCE_NOT_FOUND: {
    meaning: "There is nothing at this address.",
    action: "stop",
    close: 4404,
    status: 404,
  },
  TASK_NOT_FOUND: { meaning: "There is no task with this id.", action: "stop", close: 4404, status: 404 },
  ATTEMPT_NOT_FOUND: { meaning: "The task has no such attempt.", action: "stop", close: 4404, status: 404 },
  SEGMENT_NOT_FOUND: {
    meaning: "No segment has this range; read the manifest again.",
    action: "stop",
    close: 4404,
    status: 404,
  },
  METHOD_NOT_ALLOWED: {
    meaning: "This address does not answer this method.",
    action: "stop",
    close: 4405,
    status: 405,
  },
  HELLO_TIMEOUT: {
    meaning: "The connection did not say in time what it wants.",
    action: "retry",
    close: 4408,
    status: 408,
  },
  SUPERSEDED: {
    meaning: "Another agent has taken over this attempt.",
    action: "stop",
    close: 4409,
    status: 409,
  },
  TASK_ALREADY_EXISTS: {
    meaning: "There is a task with this id already.",
    action: "stop",
    close: 4409,
    status: 409,
  },
  TASK_ALREADY_COMPLETED: {
    meaning: "The task has completed; its status does not change any more.",
    action: "stop",
    close: 4409,
    status: 409,
  },
  INVALID_STATUS_TRANSITION: {
    meaning: "The task cannot go from the status it has to the one asked for.",
    action: "stop",
    close: 4409,
    status: 422,
  },
  ATTEMPT_ENDED: {
    meaning: "The attempt has ended; no line can be added to it.",
    action: "stop",
    close: 4410,
    status: 409,
  },
  CHUNK_TOO_LARGE: {
    meaning: "A chunk is larger than the limits allow.",
    action: "stop",
    close: 4413,
    status: 413,
  },
  PAYLOAD_TOO_LARGE: {
    meaning: "A request, header or message is larger than the limits allow.",
    action: "stop",
    close: 4413,
    status: 413,
  },
  WINDOW_EXCEEDED: {
    meaning: "More was sent than the window allows without an acknowledgement.",
    action: "retry",
    close: 4429,
    status: 429,
  },
  CHUNK_INVALID: {
    meaning: "A chunk is damaged or contradicts its own header; nothing of it was stored.",
    action: "retry",
    close: 4422,
    status: 422,
  },
  SEQUENCE_GAP: {
    meaning: "A chunk starts past the next expected line; send from the line named in `resume`.",
    action: "retry",
    close: 4416,
    status: 409,
  },
  PROTOCOL_UNSUPPORTED: {
    meaning: "This version of the protocol is not spoken here.",
    action: "stop",
    close: 4426,
    status: 426,
  },
  RATE_LIMIT_EXCEEDED: { meaning: "Too many requests.", action: "retry", close: 4429, status: 429 },
  DATABASE_ERROR: { meaning: "The store could not do this.", action: "retry", close: 4500, status: 500 },
  INTERNAL_SERVER_ERROR: { meaning: "The server made a mistake.", action: "retry", close: 4500, status: 500 },
  UNREACHABLE: { meaning: "The server did not answer.", action: "retry", close: 4504, status: 504 },
  WEBSOCKET_CONNECTION_FAILED: {
    meaning: "The server cannot take this connection now; connect again.",
    action: "retry",
    close: 4503,
    status: 503,
  },
  SERVER_STOPPING: {
    meaning: "The server is going away; connect again.",
    action: "retry",
    close: 1012,
    status: 503,
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** An error with a code of the table and a sentence for a person: "cannot <do> <which>: cause". */
export class KerutaError extends Error {
  override readonly name = "KerutaError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get kind(): ErrorKind {
    return errorKinds[this.code];
  }
}

/** Close codes after which connecting again cannot help. */
export function isTerminalClose(closeCode: number): boolean {
  const kinds = Object.values(errorKinds).filter((kind) => kind.close === closeCode);
  return kinds.length > 0 && kinds.every((kind) => kind.action === "stop");
}
