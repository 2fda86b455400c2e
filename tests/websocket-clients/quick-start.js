// The three lines of the quick start, which only connect: bun quick-start.js WS_URL
const ws = new WebSocket(process.argv[2]);
ws.onmessage = (event) => {
  const log = JSON.parse(event.data);
  if (log.type === "log") console.log(`[${log.source}] ${log.message}`);
};
