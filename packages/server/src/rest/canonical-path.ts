import { getPath } from "hono/utils/url";

const root = "/api/v1";

/** Other documented names of an address, as they end. */
const otherNames: readonly (readonly [RegExp, string])[] = [
  [/^(\/tasks\/[^/]+)\/log$/, "$1/logs"],
  [/^(\/tasks\/[^/]+)\/resume$/, "$1/input"],
  [/^(\/tasks\/[^/]+)\/error$/, "$1/errors"],
];

/**
 * The address a request is for, with the documented other spellings made one: `/api/x` without the version, the version twice,
 * and `/tasks/…` without any prefix, as long as no browser asks for a page: the panel has pages of the same names.
 */
export function canonicalPath(request: Request): string {
  const path = getPath(request);
  const inApi = apiPath(path) ?? (isPage(request) ? undefined : taskPath(path));
  if (inApi === undefined) return path;
  const named = otherNames.reduce((so, [other, ours]) => so.replace(other, ours), inApi);
  return `${root}${named}`;
}

/** Behind the prefix, however it was written. */
function apiPath(path: string): string | undefined {
  const [, rest] = /^(?:\/api(?:\/v1)?)+(\/.*)$/.exec(path) ?? [];
  return rest;
}

function taskPath(path: string): string | undefined {
  return path === "/tasks" || path.startsWith("/tasks/") ? path : undefined;
}

function isPage({ method, headers }: Request): boolean {
  const reads = method === "GET" || method === "HEAD";
  return reads && (headers.get("accept") ?? "").includes("text/html");
}
