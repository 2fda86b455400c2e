import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogRequest, maxRequestBytes, readLogRequest, type SocketAnswer } from "./socket-request.ts";

export interface LocalSocketOptions {
  /** Where the socket is put; elsewhere where its path would be too long, or the place takes no sockets. */
  readonly directory: string;
  /** Resolves when the line has been added. */
  readonly onLog: (request: LogRequest) => Promise<void>;
}

/** `sun_path` has 108 bytes, the last of which is 0. */
const maxPathBytes = 107;
const name = "agent.sock";

interface Caller {
  readonly decoder: TextDecoder;
  received: string;
  isAnswered: boolean;
}

/** The socket on which programs of the script speak to the agent that runs it. Nobody else's can open it. */
export class LocalSocket {
  private constructor(
    readonly path: string,
    private readonly listener: Bun.UnixSocketListener<Caller>,
    private readonly temporary: string | undefined,
  ) {}

  /** Undefined where there is no place for one. */
  static open({ directory, onLog }: LocalSocketOptions): LocalSocket | undefined {
    const path = join(directory, name);
    const first = Buffer.byteLength(path) <= maxPathBytes ? listen(path, onLog) : undefined;
    if (first !== undefined) return new LocalSocket(path, first, undefined);
    const temporary = temporaryDirectory();
    if (temporary === undefined) return undefined;
    const second = listen(join(temporary, name), onLog);
    if (second !== undefined) return new LocalSocket(join(temporary, name), second, temporary);
    rmSync(temporary, { recursive: true, force: true });
    return undefined;
  }

  close(): void {
    this.listener.stop(true);
    rmSync(this.temporary ?? this.path, { recursive: true, force: true });
  }
}

function temporaryDirectory(): string | undefined {
  try {
    return mkdtempSync(join(tmpdir(), "keruta-"));
  } catch {
    return undefined;
  }
}

function listen(
  path: string,
  onLog: (request: LogRequest) => Promise<void>,
): Bun.UnixSocketListener<Caller> | undefined {
  try {
    const listener = Bun.listen<Caller>({
      unix: path,
      socket: {
        open: (socket) => {
          socket.data = { decoder: new TextDecoder(), received: "", isAnswered: false };
        },
        data: (socket, bytes) => void receive(socket, bytes, onLog),
        error: () => {},
      },
    });
    // The directory is ours alone already; this holds where somebody has opened it to others.
    chmodSync(path, 0o600);
    return listener;
  } catch {
    return undefined;
  }
}

async function receive(
  socket: Bun.Socket<Caller>,
  bytes: Uint8Array,
  onLog: (request: LogRequest) => Promise<void>,
): Promise<void> {
  const caller = socket.data;
  if (caller.isAnswered) return;
  caller.received += caller.decoder.decode(bytes, { stream: true });
  const end = caller.received.indexOf("\n");
  if (end === -1 && caller.received.length <= maxRequestBytes) return;
  caller.isAnswered = true;
  const answer = end === -1 ? tooLong : await answerTo(caller.received.slice(0, end), onLog);
  socket.end(`${JSON.stringify(answer)}\n`);
}

const tooLong: SocketAnswer = { error: `a request may have ${maxRequestBytes} bytes` };

async function answerTo(line: string, onLog: (request: LogRequest) => Promise<void>): Promise<SocketAnswer> {
  try {
    await onLog(readLogRequest(line));
    return { ok: true };
  } catch (cause) {
    return { error: (cause as Error).message };
  }
}
