export interface ServerAddress {
  /** As `baseUrl` makes it. */
  readonly apiUrl: string;
  readonly webSocketUrl?: string;
}

/** Documents give the address with and without `/api/v1`; both mean the same server. */
export function baseUrl(apiUrl: string): string {
  const url = new URL(apiUrl);
  const path = url.pathname.replace(/\/+$/, "").replace(/\/api(\/v1)?$/, "");
  return `${url.protocol.replace("ws", "http")}//${url.host}${path}`;
}

/**
 * Where an agent of the task connects: `/ws/tasks/{taskId}` of the server, or what `webSocketUrl` names, to which the
 * task is appended unless it ends in it.
 */
export function taskSocketUrl({ apiUrl, webSocketUrl }: ServerAddress, taskId: string): string {
  const name = encodeURIComponent(taskId);
  if (webSocketUrl === undefined) return `${apiUrl.replace(/^http/, "ws")}/ws/tasks/${name}`;
  const url = webSocketUrl.replace(/^http/, "ws").replace(/\/+$/, "");
  return url.endsWith(`/${name}`) ? url : `${url}/${name}`;
}
