import { type ErrorCode, errorKinds } from "@keruta/protocol";
import type { z } from "zod";
import { version } from "../../version.ts";
import { type ApiRoute, namesIn } from "../api-route.ts";
import type { Answer, BodyDescription } from "../endpoint.ts";
import { pathSchemas } from "../path-values.ts";
import { errorSchema } from "./error-schema.ts";
import { errorsOf } from "./implied-errors.ts";
import { type JsonSchema, JsonSchemas } from "./json-schemas.ts";

/** Routes by what stands before their paths. */
export type RoutesByRoot = Readonly<Record<string, readonly ApiRoute[]>>;

/** The OpenAPI 3.1 document of the routes: made of the very schemas that check their requests. */
export function openApiDocument(routesByRoot: RoutesByRoot): object {
  const schemas = new JsonSchemas();
  const paths: Record<string, Record<string, object>> = {};
  for (const [root, routes] of Object.entries(routesByRoot))
    for (const route of routes.filter(({ endpoint }) => endpoint.description.hidden !== true)) {
      paths[root + route.path] ??= {};
      paths[root + route.path]![route.method] = operation(route, root, schemas);
    }
  return {
    openapi: "3.1.0",
    info: {
      title: "keruta",
      version,
      description:
        "Logs of tasks, and the tasks. Every address also answers without the version (`/api/…`); times are ISO 8601 in UTC.",
    },
    security: [{ bearer: [] }, { apiKey: [] }, { session: [] }, {}],
    paths,
    components: { schemas: schemas.components(), securitySchemes },
  };
}

const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", description: "A JSON web token, or an API key." },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
  session: { type: "apiKey", in: "cookie", name: "keruta_session", description: "The panel's." },
};

function operation(route: ApiRoute, root: string, schemas: JsonSchemas): object {
  const { method, path, action, endpoint } = route;
  const { summary, details, query, body, answers } = endpoint.description;
  return {
    operationId: operationId(method, root === "" ? `/server${path}` : path),
    summary,
    description: [details, action === "anybody" ? undefined : `Needs: ${action}.`]
      .filter(Boolean)
      .join("\n\n"),
    tags: [tagOf(root, path)],
    ...(action === "anybody" ? { security: [] } : {}),
    parameters: [...pathParameters(path, schemas), ...queryParameters(query, schemas)],
    ...(body === undefined ? {} : { requestBody: requestBody(body, schemas) }),
    responses: { ...responses(answers, schemas), ...errorResponses(errorsOf(route), schemas) },
  };
}

function tagOf(root: string, path: string): string {
  if (root === "") return "server";
  return path.includes("/logs") ? "logs" : path.split("/")[1]!;
}

/** `getTasksLogs`, of `GET /tasks/{taskId}/logs`; a value at the end makes it `getTasksByTaskId`. */
function operationId(method: string, path: string): string {
  const parts = path.split("/").slice(1);
  const words = parts.map((part, i) => {
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
    if (name === undefined)
      return capitalised(part.replaceAll(/\W+(\w)/g, (_, c: string) => c.toUpperCase()));
    return i === parts.length - 1 ? `By${capitalised(name)}` : "";
  });
  return method + words.join("");
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function pathParameters(path: string, schemas: JsonSchemas): object[] {
  return namesIn(path).map((name) => {
    const { description, ...schema } = schemas.of(pathSchemas[name], "input");
    return { name, in: "path", required: true, ...described(description), schema };
  });
}

function queryParameters(query: z.ZodObject | undefined, schemas: JsonSchemas): object[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(query, "input");
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, property]) => {
    const { description, deprecated, ...schema } = property;
    return {
      name,
      in: "query",
      required: (required as readonly string[]).includes(name),
      ...described(description),
      ...(deprecated === true ? { deprecated } : {}),
      schema,
    };
  });
}

function described(description: unknown): object {
  return description === undefined ? {} : { description };
}

function requestBody({ schema, optional, lines }: BodyDescription<z.ZodType>, schemas: JsonSchemas): object {
  return {
    required: optional !== true,
    content: {
      "application/json": { schema: schemas.of(schema, "input") },
      ...(lines === true ? { "application/x-ndjson": { schema: { type: "string" } } } : {}),
    },
  };
}

function responses(answers: Readonly<Record<number, Answer>>, schemas: JsonSchemas): Record<string, object> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, content }]) => [
      status,
      { description, ...(content === undefined ? {} : { content: contentOf(content, schemas) }) },
    ]),
  );
}

function contentOf(content: Readonly<Record<string, z.ZodType>>, schemas: JsonSchemas): object {
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [type, { schema: schemas.of(schema, "output") }]),
  );
}

/** An answer a status, which names the codes that have it. */
function errorResponses(codes: readonly ErrorCode[], schemas: JsonSchemas): Record<string, object> {
  const byStatus: Record<string, object> = {};
  const content = contentOf({ "application/json": errorSchema }, schemas);
  for (const [status, some] of Object.entries(
    Object.groupBy(codes, (code) => String(errorKinds[code].status)),
  ))
    byStatus[status] = {
      description: (some ?? []).map((code) => `${code}: ${errorKinds[code].meaning}`).join("\n\n"),
      content,
    };
  return byStatus;
}
