import type { ErrorCode } from "@keruta/protocol";

/** What a store's worker is told, and what it answers. Byte arrays in either are handed over, not copied. */
export type ToWorker<Operation> =
  | { readonly type: "open"; readonly dataDir: string }
  | { readonly type: "run"; readonly id: number; readonly operations: readonly Operation[] }
  | { readonly type: "close" };

export type FromWorker<Value> =
  | { readonly type: "opened" }
  | { readonly type: "openFailed"; readonly message: string }
  | { readonly type: "done"; readonly id: number; readonly outcomes: readonly Outcome<Value>[] }
  | { readonly type: "closed" };

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

export function failed(code: ErrorCode, message: string): Outcome<never> {
  return { ok: false, code, message };
}

/** What a worker does between `open` and `close`. `run` answers every operation, in order. */
export interface OpenWorker<Operation, Value> {
  run(operations: readonly Operation[]): Outcome<Value>[];
  close(): void;
}

declare const self: Worker;

/** The worker's side: opens, runs what it is told, closes. The thread lives as long as the process does. */
export function serveWorker<Operation, Value>(open: (dataDir: string) => OpenWorker<Operation, Value>): void {
  let opened: OpenWorker<Operation, Value> | undefined;
  const answer = (message: FromWorker<Value>, transfer: ArrayBuffer[] = []) =>
    self.postMessage(message, transfer);
  self.onmessage = ({ data }: MessageEvent<ToWorker<Operation>>) => {
    switch (data.type) {
      case "open":
        try {
          opened = open(data.dataDir);
          return answer({ type: "opened" });
        } catch (error) {
          return answer({ type: "openFailed", message: (error as Error).message });
        }
      case "run": {
        const outcomes = runAll(opened!, data.operations);
        return answer({ type: "done", id: data.id, outcomes }, buffersIn(outcomes));
      }
      case "close":
        opened?.close();
        opened = undefined;
        return answer({ type: "closed" });
    }
  };
}

/** An exception that is let out of a worker ends its thread, and with it the store. */
function runAll<Operation, Value>(
  opened: OpenWorker<Operation, Value>,
  operations: readonly Operation[],
): Outcome<Value>[] {
  try {
    return opened.run(operations);
  } catch (error) {
    const message = `the store's worker failed: ${(error as Error).message}`;
    return operations.map(() => failed("INTERNAL_SERVER_ERROR", message));
  }
}

/** The buffers below a value, each once. */
export function buffersIn(value: unknown, found: Set<ArrayBuffer> = new Set()): ArrayBuffer[] {
  if (value instanceof Uint8Array) found.add(value.buffer as ArrayBuffer);
  else if (Array.isArray(value)) {
    // Columns of numbers, such as a count table, hold no buffers.
    if (typeof value[0] !== "number") for (const item of value) buffersIn(item, found);
  } else if (typeof value === "object" && value !== null)
    for (const item of Object.values(value)) buffersIn(item, found);
  return [...found];
}
