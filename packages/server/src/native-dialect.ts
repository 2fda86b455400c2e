import { decodeClientMessage, KerutaError } from "@keruta/protocol";
import type { BeginSession, Connection, Dialect, Session } from "./connection.ts";
import { demandMessage } from "./permissions.ts";

/** The native protocol: one MessagePack map in each binary message. The first one decides what the peer is. */
export class NativeDialect implements Dialect {
  readonly patience = 1;
  #session: Session | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly begin: BeginSession,
  ) {}

  get hasBegun(): boolean {
    return this.#session !== undefined;
  }

  receive(data: string | Uint8Array): void {
    const message = decode(data);
    demandMessage(this.connection.identity, message.type, this.connection.place.taskId);
    if (message.type === "pong") return;
    this.#session ??= this.begin(this.connection, message);
    this.#session.receive(message);
  }

  drained(): void {
    this.#session?.drained();
  }

  ping(): void {
    this.connection.send({ type: "ping" });
  }

  goAway(reason: string, retryAfterMs: number): void {
    this.connection.send({ type: "goaway", reason, retryAfterMs });
  }

  tell({ code, message }: KerutaError): void {
    this.connection.send({ type: "error", code, message });
  }

  closed(): void {
    const session = this.#session;
    this.#session = undefined;
    session?.closed();
  }
}

function decode(data: string | Uint8Array) {
  if (typeof data !== "string") return decodeClientMessage(data);
  throw new KerutaError(
    "INVALID_MESSAGE_FORMAT",
    "cannot read the message: text is not spoken on a socket of the native protocol",
  );
}
