/** The environment that the log streaming documents show, for a server on this machine; but for who one is. */
export function streamingEnvironment({ port, url }: { port: number; url: string }): Record<string, string> {
  return {
    KERUTA_LOG_STREAMING_ENABLED: "true",
    KERUTA_LOG_BUFFER_SIZE: "1000",
    KERUTA_LOG_BATCH_SIZE: "10",
    KERUTA_LOG_FLUSH_INTERVAL: "1",
    KERUTA_LOG_LEVEL: "INFO",
    KERUTA_WEBSOCKET_URL: `ws://127.0.0.1:${port}/ws/tasks`,
    KERUTA_WEBSOCKET_TIMEOUT: "30",
    KERUTA_WEBSOCKET_RECONNECT_INTERVAL: "5",
    KERUTA_WEBSOCKET_MAX_RECONNECT_ATTEMPTS: "10",
    KERUTA_API_URL: `${url}/api/v1`,
    KERUTA_API_TIMEOUT: "30",
    KERUTA_API_RETRY_COUNT: "3",
    KERUTA_API_RETRY_INTERVAL: "5",
  };
}
