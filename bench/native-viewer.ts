import {
  type ClientMessage,
  decodeServerMessage,
  encodeMessage,
  lastSequence,
  openFrame,
  protocolVersion,
  subprotocol,
} from "@keruta/protocol";

/**
 * Follows a task's first attempt from its first line to its end, acknowledging all it gets; resolves with the
 * last line's sequence. Rejects on a gap, an error or a lost connection: a benchmark has no excuse for one.
 */
export function viewToEnd(
  url: string,
  taskId: string,
  onFrame: (frame: Uint8Array) => void,
): Promise<number> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws/tasks/${taskId}`, subprotocol);
  socket.binaryType = "arraybuffer";
  const send = (message: ClientMessage) => socket.send(encodeMessage(message));
  const subscribe = () => send({ type: "subscribe", protocol: protocolVersion });
  let takenBytes = 0;
  let next = 1;
  let waiting = false;
  socket.onopen = subscribe;
  return new Promise((done, fail) => {
    socket.onclose = () => fail(new Error("the connection closed before the end"));
    socket.onmessage = ({ data }) => {
      const message = decodeServerMessage(new Uint8Array(data as ArrayBuffer));
      switch (message.type) {
        case "subscribed":
          waiting = message.attempt === undefined;
          break;
        case "attempt":
          if (waiting) subscribe();
          break;
        case "chunk": {
          takenBytes += message.chunk.length;
          send({ type: "ack", bytes: takenBytes });
          const { header } = openFrame(message.chunk);
          if (header.firstSequence > next) fail(new Error(`line ${next} is missing`));
          next = lastSequence(header) + 1;
          onFrame(message.chunk);
          break;
        }
        case "ping":
          send({ type: "pong" });
          break;
        case "error":
          fail(new Error(message.message));
          break;
        case "end":
          done(next - 1);
          socket.close();
      }
    };
  });
}
