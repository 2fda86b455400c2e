import type { Hono } from "hono";
import type { RequestEnv } from "../request-env.ts";
import { errorResponse } from "./answer-error.ts";
import { type ApiRoute, answering } from "./api-route.ts";

export const apiRoot = "/api/v1";

/** Makes the app answer the routes, and other methods at their addresses with METHOD_NOT_ALLOWED. HEAD is answered where GET is. */
export function mount(app: Hono<{ Bindings: RequestEnv }>, root: string, routes: readonly ApiRoute[]): void {
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const path = root + route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    app.on(route.method.toUpperCase(), path, answering(route));
    methods.set(path, [...(methods.get(path) ?? []), route.method.toUpperCase()]);
  }
  for (const [path, known] of methods) app.all(path, otherMethod(known));
}

function otherMethod(
  known: readonly string[],
): (context: { req: { method: string; path: string } }) => Response {
  const allow = [...known, ...(known.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  return ({ req: { method, path } }) => {
    if (method === "OPTIONS") return new Response(null, { status: 204, headers: { Allow: allow } });
    const answer = errorResponse("METHOD_NOT_ALLOWED", `${path} does not answer ${method}, but ${allow}`);
    answer.headers.set("Allow", allow);
    return answer;
  };
}
