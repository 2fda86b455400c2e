import { isTaskId, KerutaError } from "@keruta/protocol";

const accepted = /^https?:\/\/[^/?#]+/;

/**
 * The server's address without what people add to it: `http://host:8080/api/v1/` and
 * `http://host:8080` name the same server. Throws INVALID_INPUT for what is not an http(s) address.
 */
export function serverAddress(apiUrl: string): string {
  const address = apiUrl.trim().replace(/(\/api(\/v1)?)?\/*$/, "");
  if (!accepted.test(address))
    throw new KerutaError(
      "INVALID_INPUT",
      `cannot use the API address "${apiUrl}": give one like http://127.0.0.1:8080`,
    );
  return address;
}

/** `topic` is a task id, or `status` for every task. */
export function socketAddress(apiUrl: string, topic: string): string {
  return `${serverAddress(apiUrl).replace(/^http/, "ws")}/ws/tasks/${encodeURIComponent(topic)}`;
}

/** Throws INVALID_INPUT, so that a mistyped id is not asked for over the network. */
export function requireTaskId(taskId: string): string {
  if (isTaskId(taskId)) return taskId;
  throw new KerutaError(
    "INVALID_INPUT",
    `cannot use the task id ${JSON.stringify(taskId)}: it may not be empty, longer than 256, or hold blanks, /, \\, ? or #`,
  );
}
