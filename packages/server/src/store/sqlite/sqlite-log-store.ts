import { KerutaError } from "@keruta/protocol";
import type { LogStore } from "../log-store.ts";
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

  return {
    claim: (taskId, hello) => write<"claim">({ type: "claim", taskId, hello }),
    append: (claimed, frame) => write<"append">({ type: "append", claimed, frame }),
    end: (claimed, end) => write<"end">({ type: "end", claimed, end }),
    read: (attempt, sequence, maxBytes) => read<"read">({ type: "read", attempt, sequence, maxBytes }),
    manifest: (attempt, after) =>
      read<"manifest">({ type: "manifest", attempt, after }).catch((error) => {
        if (error instanceof KerutaError && error.code === "ATTEMPT_NOT_FOUND") return undefined;
        throw error;
      }),
    segment: (attempt, address, as) => read<"segment">({ type: "segment", attempt, address, as }),
    task: (taskId) => read<"task">({ type: "task", taskId }),
    tasks: (query) => read<"tasks">({ type: "tasks", query }),
    attempts: (taskId) => read<"attempts">({ type: "attempts", taskId }),
    merge: async (attempt) => {
      const merged = await read<"prepareMerge">({ type: "prepareMerge", attempt });
      return merged !== undefined && write<"replace">({ type: "replace", attempt, merged });
    },
    unsealed: () => read<"unsealed">({ type: "unsealed" }),
    reclaim: () => write<"reclaim">({ type: "reclaim" }),
    close: async () => {
      await reader.close();
      await writer.close();
    },
  };
}
