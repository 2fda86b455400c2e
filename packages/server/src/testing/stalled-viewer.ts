import { connect, type Socket } from "node:net";
import { encodeMessage, subprotocol } from "@keruta/protocol";

/**
 * A viewer that subscribes and then never reads: a raw socket, since a WebSocket client would read on its own.
 * Resolves when it has been sent something.
 */
export async function openStalledViewer(serverUrl: string, taskId: string): Promise<Socket> {
  const { hostname, port } = new URL(serverUrl);
  const socket = connect(Number(port), hostname);
  socket.write(
    [
      `GET /ws/tasks/${taskId} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      `Sec-WebSocket-Protocol: ${subprotocol}`,
      "\r\n",
    ].join("\r\n"),
  );
  await new Promise((resolve) => socket.once("data", resolve));
  socket.write(maskedFrame(encodeMessage({ type: "subscribe", protocol: 1 })));
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  return socket;
}

/** A binary WebSocket message of a client (RFC 6455, section 5.2), with a mask of zeros. */
function maskedFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > 125) throw new Error("only short messages are sent here");
  return Buffer.concat([Buffer.from([0x82, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
