import { KerutaError, limits, type ServerMessage } from "@keruta/protocol";

/** A server that keeps to the window never has more than this on the way. */
export const maxInboxBytes = limits.viewerWindowBytes + limits.maxMessageBytes;

/**
 * What was received and not yet taken, in order. Chunks are bounded by `maxInboxBytes`: a server that
 * sends past its window is refused (WINDOW_EXCEEDED). Between two chunks only the newest message of a
 * kind is kept, so a consumer that has stopped costs constant memory however long it stops.
 */
export class Inbox {
  #messages: ServerMessage[] = [];
  #kindsSinceChunk = new Map<string, number>();
  #chunkBytes = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** Throws WINDOW_EXCEEDED. */
  push(message: ServerMessage): void {
    if (message.type === "chunk") this.#pushChunk(message.chunk.length, message);
    else this.#pushNewest(message);
    this.#wake?.();
  }

  #pushChunk(bytes: number, message: ServerMessage): void {
    if (this.#chunkBytes + bytes > maxInboxBytes)
      throw new KerutaError("WINDOW_EXCEEDED", "the server sent more than its window allows");
    this.#chunkBytes += bytes;
    this.#kindsSinceChunk.clear();
    this.#messages.push(message);
  }

  #pushNewest(message: ServerMessage): void {
    const kind = kindOf(message);
    const place = this.#kindsSinceChunk.get(kind);
    if (place !== undefined) {
      this.#messages[place] = message;
      return;
    }
    this.#kindsSinceChunk.set(kind, this.#messages.length);
    this.#messages.push(message);
  }

  /** After the messages that are already here, `take` rejects with this. The first failure counts. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#wake?.();
  }

  get hasChunk(): boolean {
    return this.#chunkBytes > 0;
  }

  /** Everything that waits, in order; waits while there is nothing. For one caller at a time. */
  async take(): Promise<readonly ServerMessage[]> {
    while (this.#messages.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#messages;
    this.#messages = [];
    this.#kindsSinceChunk.clear();
    return taken;
  }

  /** A chunk of this size has been used and let go of. */
  release(bytes: number): void {
    this.#chunkBytes -= bytes;
  }
}

function kindOf(message: ServerMessage): string {
  switch (message.type) {
    case "partial":
      return `partial ${message.source}`;
    case "attempt":
      return `attempt ${message.summary.taskId} ${message.summary.attempt}`;
    default:
      return message.type;
  }
}
