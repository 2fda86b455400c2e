import { Observable } from "./observable.ts";

/** The pages there are, as the address says. */
export type Route =
  | { readonly page: "tasks" }
  /** Absent attempt: the newest. */
  | { readonly page: "task"; readonly taskId: string; readonly attempt?: number }
  | { readonly page: "missing" };

export function routeOf(path: string, search: string): Route {
  if (path === "/" || path === "/tasks") return { page: "tasks" };
  const task = /^\/tasks\/([^/]+)$/.exec(path);
  const taskId = task === null ? undefined : decoded(task[1]!);
  if (taskId === undefined) return { page: "missing" };
  const attempt = Number(new URLSearchParams(search).get("attempt"));
  return attempt >= 1 && Number.isInteger(attempt)
    ? { page: "task", taskId, attempt }
    : { page: "task", taskId };
}

export function addressOf(route: Route): string {
  if (route.page !== "task") return "/";
  const query = route.attempt === undefined ? "" : `?attempt=${route.attempt}`;
  return `/tasks/${encodeURIComponent(route.taskId)}${query}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The address bar, and the way to change it without loading the page again. */
export class Router {
  readonly route: Observable<Route>;

  constructor(private readonly window: Window) {
    this.route = new Observable(this.#read());
    window.addEventListener("popstate", () => this.route.set(this.#read()));
  }

  go(route: Route): void {
    this.window.history.pushState(null, "", addressOf(route));
    this.route.set(this.#read());
  }

  #read(): Route {
    return routeOf(this.window.location.pathname, this.window.location.search);
  }
}
