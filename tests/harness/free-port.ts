import { createServer } from "node:net";

// Below the ephemeral range, so that no outgoing connection takes the port while its server is down.
const first = 20_000;
const last = 32_000;

/** A port nobody listens on, fit to be used by a server that is killed and started again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
