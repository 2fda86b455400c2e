import { requireTaskId } from "@keruta/client";
import { connectTo, type ServerOptions } from "../connect.ts";

export interface CancelOptions extends ServerOptions {
  readonly reason?: string;
}

/** Resolves when the server has taken the wish: a connected agent ends its script now, one that is away when it comes back. */
export async function cancel(taskId: string, options: CancelOptions): Promise<number> {
  requireTaskId(taskId);
  await connectTo(options).api.cancel(taskId, options.reason);
  return 0;
}
