import type { LogRequest, SocketAnswer } from "./socket-request.ts";

/** Hands a line to the agent on this socket. Undefined where there is no agent any more. */
export async function askAgent(path: string, request: LogRequest): Promise<SocketAnswer | undefined> {
  const answered = Promise.withResolvers<SocketAnswer | undefined>();
  const decoder = new TextDecoder();
  let received = "";
  const rest = { bytes: new TextEncoder().encode(`${JSON.stringify(request)}\n`) };
  const send = (socket: Bun.Socket) => {
    rest.bytes = rest.bytes.subarray(Math.max(0, socket.write(rest.bytes)));
  };
  try {
    await Bun.connect({
      unix: path,
      socket: {
        open: send,
        drain: send,
        data: (_socket, bytes) => {
          received += decoder.decode(bytes, { stream: true });
        },
        close: () => answered.resolve(answerOf(received)),
        error: (_socket, cause) => answered.reject(cause),
      },
    });
  } catch {
    return undefined;
  }
  return answered.promise;
}

/** Nothing was said where the agent was killed meanwhile. */
function answerOf(received: string): SocketAnswer | undefined {
  return received.endsWith("\n") ? (JSON.parse(received) as SocketAnswer) : undefined;
}
