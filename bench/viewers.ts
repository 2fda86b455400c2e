/**
 * `bun viewers.ts URL TASK COUNT`: that many native viewers in one process, each acknowledging all it
 * gets. Prints one JSON line when every one of them has seen the attempt's end.
 */
import {
  decodeServerMessage,
  encodeMessage,
  lastSequence,
  openFrame,
  protocolVersion,
  subprotocol,
} from "@keruta/protocol";

const [url = "", taskId = "", count = "1"] = process.argv.slice(2);
const results = await Promise.all(Array.from({ length: Number(count) }, view));
console.log(JSON.stringify({ viewers: results.length, lines: Math.min(...results) }));
process.exitCode = 0;

function view(): Promise<number> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws/tasks/${taskId}`, subprotocol);
  socket.binaryType = "arraybuffer";
  let received = 0;
  let next = 1;
  const send = (message: Parameters<typeof encodeMessage>[0]) => socket.send(encodeMessage(message));
  socket.onopen = () => send({ type: "subscribe", protocol: protocolVersion });
  return new Promise((done, fail) => {
    socket.onmessage = ({ data }) => {
      const message = decodeServerMessage(new Uint8Array(data as ArrayBuffer));
      if (message.type === "chunk") {
        const { header } = openFrame(message.chunk);
        if (header.firstSequence !== next)
          fail(new Error(`line ${next} expected, ${header.firstSequence} came`));
        next = lastSequence(header) + 1;
        received += message.chunk.length;
        send({ type: "ack", bytes: received });
      } else if (message.type === "ping") send({ type: "pong" });
      else if (message.type === "end") {
        socket.close();
        done(next - 1);
      } else if (message.type === "error") fail(new Error(message.message));
    };
    socket.onclose = () => fail(new Error("the connection closed before the end"));
  });
}
