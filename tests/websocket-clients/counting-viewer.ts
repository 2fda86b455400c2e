/**
 * Follows a task in JSON from the first line and says how that went when it has ended: one line of JSON. It keeps nothing,
 * so that it can read logs of any size: bun counting-viewer.ts WS_URL
 */
import { createHash } from "node:crypto";

const socket = new WebSocket(process.argv[2]!);
const bytes = createHash("sha256");
let next = 1;
let faults = 0;

socket.onopen = () => {
  const options = { afterSequence: 0, events: ["end"] };
  socket.send(JSON.stringify({ type: "subscribe", options }));
};

socket.onmessage = ({ data }) => {
  const message = JSON.parse(data as string);
  if (message.type === "log") take(message);
  else if (message.type === "subscribed") console.log("subscribed");
  else if (message.type === "end") finish(message.lastSequence);
};

socket.onclose = ({ code }) => process.exit(code === 1000 ? 0 : 1);

function take({
  sequence,
  source,
  message,
  metadata,
}: Record<string, unknown> & { metadata: { continued?: true } }) {
  if (sequence !== next) faults++;
  next = (sequence as number) + 1;
  if (source === "stdout") bytes.update(metadata.continued ? (message as string) : `${message}\n`);
}

function finish(lastSequence: number): void {
  console.log(JSON.stringify({ lines: next - 1, lastSequence, faults, sha256: bytes.digest("hex") }));
  socket.close(1000);
}
