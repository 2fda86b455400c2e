import { KerutaError } from "@keruta/protocol";
import type { Connection, Dialect } from "../connection.ts";
import { FieldsError, fieldsOf } from "../fields-error.ts";
import { maySee } from "../identity.ts";
import type { Logger } from "../logger.ts";
import { demandTextMessage } from "../permissions.ts";
import type { LogStore } from "../store/log-store.ts";
import { outgoing } from "./outgoing.ts";
import { parsedObject } from "./read-frame.ts";
import { type StatusRequest, statusRequestSchema, TaskChoice } from "./status-request.ts";
import { StatusUpdates } from "./status-updates.ts";

export interface StatusParts {
  readonly store: Pick<LogStore, "task">;
  /** Calls `told` with every task of which something has changed besides its lines. Answers how to stop. */
  readonly listen: (told: (taskId: string) => void) => () => void;
  /** A task is told of at most this often. */
  readonly statusIntervalMs: number;
  readonly logger: Logger;
}

/** Nothing more is told while the socket holds this much unsent: what is told then is how the task stands by then. */
const maxUnsentBytes = 64 * 1024;

/**
 * The documented channels of `/ws/tasks/status`: how tasks stand, as that changes. Only the tasks' names wait, so that a peer that does not read
 * costs next to nothing, and is told the present when it reads again.
 */
export class StatusDialect implements Dialect {
  readonly hasBegun = true;
  readonly patience = 12;
  readonly #choice = new TaskChoice();
  readonly #updates = new StatusUpdates();
  readonly #due = new Set<string>();
  #stopListening: (() => void) | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(
    private readonly connection: Connection,
    private readonly parts: StatusParts,
  ) {}

  receive(data: string | Uint8Array): void {
    try {
      this.#act(requestOf(data));
    } catch (error) {
      this.#refuse(error);
    }
  }

  drained(): void {
    this.connection.heard(performance.now());
  }

  ping(): void {
    this.connection.pingSocket();
    if (this.connection.bufferedBytes === 0) this.connection.sendText(outgoing("heartbeat"));
  }

  goAway(): void {}

  tell({ code, message }: KerutaError): void {
    this.connection.sendText(outgoing("subscription_error", { code, message }));
  }

  closed(): void {
    this.#isClosed = true;
    this.#stopListening?.();
    clearTimeout(this.#timer);
  }

  #act(request: StatusRequest): void {
    if (request.action === "auth") return this.#authenticate(request.token);
    demandTextMessage(this.connection.identity, request.action, undefined);
    if (request.action === "ping") return this.connection.sendText(outgoing("heartbeat"));
    if (request.action === "subscribe") this.#choice.add(request.channels, request.filters);
    else this.#choice.remove(request.channels ?? undefined);
    this.#stopListening ??= this.parts.listen((taskId) => this.#changed(taskId));
    const { channels } = this.#choice;
    this.connection.sendText(outgoing("subscription_success", { action: request.action, channels }));
  }

  #authenticate(token: string): void {
    this.connection.authenticate(token).then(
      ({ name, role }) => this.connection.sendText(outgoing("authenticated", { name, role })),
      (error) => this.#refuse(error),
    );
  }

  #changed(taskId: string): void {
    const { identity } = this.connection;
    if (identity === undefined || !maySee(identity, taskId)) return;
    this.#due.add(taskId);
    this.#timer ??= setTimeout(() => void this.#tellDue(), this.parts.statusIntervalMs);
  }

  async #tellDue(): Promise<void> {
    try {
      for (const taskId of this.#due) {
        if (this.connection.bufferedBytes > maxUnsentBytes) break;
        this.#due.delete(taskId);
        await this.#tellOf(taskId);
      }
    } catch (error) {
      this.#refuse(error);
    }
    if (this.#isClosed) return;
    const { statusIntervalMs } = this.parts;
    this.#timer = this.#due.size > 0 ? setTimeout(() => void this.#tellDue(), statusIntervalMs) : undefined;
  }

  async #tellOf(taskId: string): Promise<void> {
    const task = await this.parts.store.task(taskId);
    if (task === undefined || !this.#choice.has(task)) return;
    const update = this.#updates.of(task);
    if (update !== undefined) this.connection.sendText(update);
  }

  #refuse(error: unknown): void {
    if (error instanceof KerutaError) return this.tell(error);
    this.parts.logger.error({ err: error }, "a message could not be dealt with by a fault of the server");
    this.tell(new KerutaError("INTERNAL_SERVER_ERROR", "the server made a mistake; see its log"));
  }
}

/** Throws INVALID_MESSAGE_FORMAT. */
function requestOf(data: string | Uint8Array): StatusRequest {
  const value = parsedObject(data);
  const {
    success,
    data: request,
    error,
  } = statusRequestSchema.safeParse({ action: value["type"], ...value });
  if (success) return request;
  throw new FieldsError("INVALID_MESSAGE_FORMAT", "cannot read the message", fieldsOf(error));
}
