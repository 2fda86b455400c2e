import { KerutaError, limits } from "@keruta/protocol";
import type { NewInput, StoredInput } from "../store/log-store.ts";
import type { LifecycleParts } from "./parts.ts";
import { findTask, hasEnded, isOver } from "./tasks.ts";

/** The `sendInput` of the contract. */
export async function sendInput(
  parts: LifecycleParts,
  taskId: string,
  input: NewInput,
): Promise<StoredInput> {
  const bytes = Buffer.byteLength(input.text);
  if (bytes > limits.maxInputBytes)
    throw new KerutaError(
      "INVALID_INPUT",
      `the input is ${bytes} bytes long, and may be ${limits.maxInputBytes}`,
    );
  const { latest } = await findTask(parts, taskId);
  if (latest !== undefined && isOver(latest)) throw hasEnded(latest);
  const stored = await parts.store.addInput(taskId, input);
  parts.inputs.offer(taskId, stored);
  return stored;
}
