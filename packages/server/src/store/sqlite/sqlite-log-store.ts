import { KerutaError } from "@keruta/protocol";
import type { AttemptKey, LogStore } from "../log-store.ts";
import type { ReadOperation, ReadResults } from "./read-operations.ts";
import { WorkerLink } from "./worker-link.ts";
import { startWorker } from "./worker-thread.ts";
import type { WriteOperation, WriteResults } from "./write-operations.ts";

/** The second message is verified while the main thread answers the first; more would only make commits smaller. */
const writerFlow = { maxInFlight: 2, maxBatch: 256 };
/** A merge takes milliseconds: reads must not queue behind several, so they go one by one. */
const readerFlow = { maxInFlight: 2, maxBatch: 1 };

/** The embedded store: one SQLite database in `dataDir`, one thread that writes, one that reads and merges. */
export async function openSqliteLogStore(dataDir: string): Promise<LogStore> {
  const writer = new WorkerLink<WriteOperation>(startWorker("writer"), writerFlow);
  await writer.open(dataDir);
  const reader = new WorkerLink<ReadOperation>(startWorker("reader"), readerFlow);
  await reader.open(dataDir);

  const write = <Type extends keyof WriteResults>(operation: Extract<WriteOperation, { type: Type }>) =>
    writer.run(operation) as Promise<WriteResults[Type]>;
  const read = <Type extends keyof ReadResults>(operation: Extract<ReadOperation, { type: Type }>) =>
    reader.run(operation) as Promise<ReadResults[Type]>;

  async function merge(attempt: AttemptKey): Promise<boolean> {
    const merged = await read<"prepareMerge">({ type: "prepareMerge", attempt });
    return merged !== undefined && write<"replace">({ type: "replace", attempt, merged });
  }

  return {
    claim: (taskId, hello) => write<"claim">({ type: "claim", taskId, hello }),
    append: (claimed, frame) => write<"append">({ type: "append", claimed, frame }),
    insert: (attempt, frame) => write<"insert">({ type: "insert", attempt, frame }),
    end: (claimed, end) => write<"end">({ type: "end", claimed, end }),
    setWaiting: (claimed, waiting) => write<"setWaiting">({ type: "setWaiting", claimed, waiting }),
    giveUp: (claimed, frame, reason, endedAtUs) =>
      write<"giveUp">({ type: "giveUp", claimed, frame, reason, endedAtUs }),
    running: () => read<"running">({ type: "running" }),
    read: (attempt, sequence, maxBytes) => read<"read">({ type: "read", attempt, sequence, maxBytes }),
    manifest: (attempt, after) =>
      unlessGone(read<"manifest">({ type: "manifest", attempt, after }), undefined),
    segment: (attempt, address, as) => read<"segment">({ type: "segment", attempt, address, as }),
    createTask: (taskId, details) => write<"createTask">({ type: "createTask", taskId, details }),
    updateTask: (taskId, changes) => write<"updateTask">({ type: "updateTask", taskId, changes }),
    deleteTask: (taskId) => write<"deleteTask">({ type: "deleteTask", taskId }),
    task: (taskId) => read<"task">({ type: "task", taskId }),
    tasks: (query) => read<"tasks">({ type: "tasks", query }),
    countTasks: (query) => read<"countTasks">({ type: "countTasks", query }),
    attempts: (taskId) => read<"attempts">({ type: "attempts", taskId }),
    deleteLines: (attempt, through) => write<"deleteLines">({ type: "deleteLines", attempt, through }),
    addInput: (taskId, input) => write<"addInput">({ type: "addInput", taskId, input }),
    inputs: (taskId) => read<"inputs">({ type: "inputs", taskId }),
    takeInput: (taskId, id) => write<"takeInput">({ type: "takeInput", taskId, id }),
    settleInput: (attempt, id, frame) => write<"settleInput">({ type: "settleInput", attempt, id, frame }),
    merge: (attempt) => unlessGone(merge(attempt), false),
    unsealed: () => read<"unsealed">({ type: "unsealed" }),
    reclaim: () => write<"reclaim">({ type: "reclaim" }),
    close: async () => {
      await reader.close();
      await writer.close();
    },
  };
}

/** An attempt that is not there is an answer here. */
function unlessGone<Value, Otherwise>(
  asked: Promise<Value>,
  otherwise: Otherwise,
): Promise<Value | Otherwise> {
  return asked.catch((error) => {
    if (error instanceof KerutaError && error.code === "ATTEMPT_NOT_FOUND") return otherwise;
    throw error;
  });
}
