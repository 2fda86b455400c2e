import type { FlushConfig } from "./config.ts";
import { keepHeartbeat, uplinkOf } from "./delivery.ts";
import { adopt, type LeftSpool, leftSpools, removeSpool } from "./run-record.ts";
import { Spool } from "./spool.ts";
import type { UplinkOutcome } from "./uplink.ts";

export interface LeftoversOptions {
  readonly spoolDirectory: string;
  /** Its `apiUrl` is absent: where each spool's own record says. */
  readonly server: FlushConfig["server"];
}

/** A left spool's delivery; `unfinished`: it was stopped before the server had everything. */
export interface DeliveryResult {
  readonly directory: string;
  readonly taskId: string;
  readonly outcome: UplinkOutcome | { readonly kind: "unfinished"; readonly reason: string };
}

/** The lines it had captured are all there will ever be. */
const killedEnd = {
  state: "FAILED",
  reason: "the agent was killed before the script ended; what it had captured is in the log",
} as const;

/**
 * Delivers, one after the other, the spools that agents before this one left behind. A spool that is
 * delivered is removed; any other stays as it is.
 */
export class Leftovers {
  readonly finished: Promise<readonly DeliveryResult[]>;
  readonly #stop = Promise.withResolvers<void>();
  #stopped = false;

  constructor(private readonly options: LeftoversOptions) {
    this.finished = this.#deliverAll(leftSpools(options.spoolDirectory));
  }

  async #deliverAll(spools: readonly LeftSpool[]): Promise<readonly DeliveryResult[]> {
    const results: DeliveryResult[] = [];
    for (const spool of spools) results.push(await this.#deliver(spool));
    return results;
  }

  async #deliver(left: LeftSpool): Promise<DeliveryResult> {
    const { directory, record } = left;
    const result = (outcome: DeliveryResult["outcome"]) => ({ directory, taskId: record.taskId, outcome });
    if (this.#stopped) return result({ kind: "unfinished", reason: "there was no time left" });
    adopt(left);
    const stopHeartbeat = keepHeartbeat(directory);
    const spool = new Spool({
      directory,
      maxBytes: Number.MAX_SAFE_INTEGER,
      policy: "block",
      onDisk: () => {},
    });
    spool.tellOfDamagedEnd();
    const uplink = uplinkOf(record, spool, { apiUrl: record.apiUrl, ...this.options.server });
    uplink.start();
    uplink.finish(record.end ?? { ...killedEnd, endedAtUs: spool.lastTimeUs || record.startedAtUs });
    const outcome = await Promise.race([uplink.outcome, this.#stop.promise]);
    uplink.stop();
    stopHeartbeat();
    spool.close();
    if (outcome?.kind === "ended") removeSpool(directory);
    return result(outcome ?? { kind: "unfinished", reason: uplink.lastTrouble });
  }

  /** What has not been delivered stays where it is. */
  stop(): void {
    this.#stopped = true;
    this.#stop.resolve();
  }
}
