import type { ErrorCode } from "@keruta/protocol";

/** A request that has been answered. */
export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  readonly url: string;
  /** Of the peer, which can be a proxy. */
  readonly address: string;
  /** Who asked, where that was asked for. */
  readonly name: string | undefined;
  readonly status: number;
  /** Until the answer's head was ready; a body that is streamed takes longer. */
  readonly seconds: number;
}

/** Is told of everything that was answered and refused, for the log and the metrics. Must neither throw nor wait. */
export interface Observer {
  answered(request: AnsweredRequest): void;
  /** A request, a message or a connection was answered with this error. */
  refused(code: ErrorCode): void;
}
