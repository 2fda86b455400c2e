// The client of the documents, for a browser: it never authenticates, never answers a ping, knows four types of message,
// and subscribes again, with no position, whenever it has connected.
class LogStreamingClient {
  constructor(taskId, options = {}) {
    this.taskId = taskId;
    this.options = {
      url: "ws://localhost:8080/ws/tasks",
      reconnectInterval: 5000,
      maxReconnectAttempts: 10,
      ...options,
    };
    this.ws = null;
    this.reconnectAttempts = 0;
    this.listeners = new Map();
  }

  connect() {
    this.ws = new WebSocket(`${this.options.url}/${this.taskId}`);
    this.ws.onopen = () => {
      this.reconnectAttempts = 0;
      this.subscribe();
    };
    this.ws.onmessage = (event) => {
      this.handleMessage(JSON.parse(event.data));
    };
    this.ws.onclose = () => {
      this.handleReconnect();
    };
    this.ws.onerror = (error) => {
      console.error("WebSocket error:", error);
    };
  }

  subscribe() {
    const subscription = {
      type: "subscribe",
      taskId: this.taskId,
      options: {
        sources: ["stdout", "stderr", "agent"],
        levels: ["DEBUG", "INFO", "WARN", "ERROR"],
        realtime: true,
      },
    };
    this.ws.send(JSON.stringify(subscription));
  }

  handleMessage(message) {
    switch (message.type) {
      case "log":
        this.emit("log", message);
        break;
      case "ping":
        this.emit("ping", message);
        break;
      case "error":
        this.emit("error", message);
        break;
      case "subscribed":
        this.emit("subscribed", message);
        break;
      default:
        console.warn("Unknown message type:", message.type);
    }
  }

  handleReconnect() {
    if (this.reconnectAttempts < this.options.maxReconnectAttempts) {
      this.reconnectAttempts++;
      setTimeout(() => this.connect(), this.options.reconnectInterval);
    } else {
      this.emit("maxReconnectAttemptsReached");
    }
  }

  on(event, callback) {
    if (!this.listeners.has(event)) this.listeners.set(event, []);
    this.listeners.get(event).push(callback);
  }

  emit(event, data) {
    for (const callback of this.listeners.get(event) ?? []) callback(data);
  }
}

// What the documented page does with each line.
function lineText(log) {
  const time = new Date(log.timestamp).toLocaleTimeString();
  return `[${time}] [${log.source.toUpperCase()}] [${log.level}] ${log.message}`;
}

globalThis.LogStreamingClient = LogStreamingClient;
globalThis.lineText = lineText;
