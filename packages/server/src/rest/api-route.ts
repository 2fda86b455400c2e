import { isTaskId } from "@keruta/protocol";
import type { z } from "zod";
import { FieldsError, fieldsOf } from "../fields-error.ts";
import { anonymousViewer, type Identity } from "../identity.ts";
import { type Action, demand } from "../permissions.ts";
import type { Call, Endpoint, RestContext } from "./endpoint.ts";
import { type PathName, PathValues, pathSchemas } from "./path-values.ts";
import { readJsonBody } from "./read-body.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** A line of the table of routes. */
export interface ApiRoute {
  readonly method: Method;
  /** Below `/api/v1`; values in braces: `/tasks/{taskId}`. */
  readonly path: string;
  /** What it takes to be let in: a right, on the task where the address names one; to say who one is (`known`); or nothing. */
  readonly action: Action | "known" | "anybody";
  readonly endpoint: Endpoint;
}

/**
 * Answers a request of this route. Who is asking is settled first, so that nobody learns from an error what they may not see;
 * then the address, the query and the body are checked, in this order.
 */
export function answering(route: ApiRoute): (context: RestContext) => Promise<Response> {
  const names = namesIn(route.path);
  return async (context) => {
    const identity = await admitted(context, route.action);
    const { description, handle } = route.endpoint;
    const path = pathOf(context, names);
    const query = checked(context.req.query(), description.query, "INVALID_INPUT");
    return handle({ context, identity, path, query, body: await bodyOf(context, description) });
  };
}

async function admitted(context: RestContext, action: ApiRoute["action"]): Promise<Identity> {
  if (action === "anybody") return anonymousViewer;
  const identity = await context.env.identify();
  if (action !== "known") demand(identity, action, taskIdOf(context));
  return identity;
}

/** The values a path has in braces. */
export function namesIn(path: string): PathName[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as PathName);
}

/** A text that cannot be a task's id is refused later, as such. */
function taskIdOf(context: RestContext): string | undefined {
  const taskId = context.req.param("taskId");
  return taskId !== undefined && isTaskId(taskId) ? taskId : undefined;
}

function pathOf(context: RestContext, names: readonly PathName[]): PathValues {
  const values: Partial<Record<PathName, unknown>> = {};
  for (const name of names) {
    const { success, data, error } = pathSchemas[name].safeParse(context.req.param(name));
    if (!success) throw new FieldsError("INVALID_INPUT", "cannot read the address", fieldsOf(error, name));
    values[name] = data;
  }
  return new PathValues(values);
}

function checked(value: unknown, schema: z.ZodType | undefined, code: "INVALID_INPUT"): unknown {
  if (schema === undefined) return {};
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new FieldsError(code, "cannot read the query", fieldsOf(error));
}

async function bodyOf(
  context: RestContext,
  { body }: Endpoint["description"],
): Promise<Call<unknown, unknown>["body"]> {
  if (body === undefined) return undefined;
  const { schema, maxBytes, code, optional = false, unchecked = false, lines = false } = body;
  const value = await readJsonBody(context.req.raw, {
    maxBytes,
    optional,
    lines,
    code: code ?? "INVALID_INPUT",
  });
  if (unchecked) return value;
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new FieldsError(code ?? "VALIDATION_ERROR", "cannot read the body", fieldsOf(error));
}
