import type { ErrorCode } from "@keruta/protocol";
import type { Context } from "hono";
import type { z } from "zod";
import type { Identity } from "../identity.ts";
import type { RequestEnv } from "../request-env.ts";
import type { PathValues } from "./path-values.ts";

export type RestContext = Context<{ Bindings: RequestEnv }>;

/** What an endpoint takes and answers: requests are checked by it, and the OpenAPI document is made of it. */
export interface Description<Query extends z.ZodObject, Body extends z.ZodType> {
  readonly summary: string;
  readonly details?: string;
  readonly query?: Query;
  readonly body?: BodyDescription<Body>;
  /** By HTTP status. Errors that follow from what it takes (`openapi/implied-errors.ts`) are not named here. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes of the errors that are its own. */
  readonly errors?: readonly ErrorCode[];
  /** Not in the OpenAPI document: it is for people. */
  readonly hidden?: boolean;
}

export interface BodyDescription<Body extends z.ZodType> {
  readonly schema: Body;
  readonly maxBytes: number;
  /** What a body that does not fit the schema, or cannot be read at all, is answered with. Absent: VALIDATION_ERROR, INVALID_INPUT. */
  readonly code?: ErrorCode;
  /** It may be left out, and is then an empty object. */
  readonly optional?: boolean;
  /** The endpoint checks the content itself, because it can say better what is wrong: it gets what was in the JSON. */
  readonly unchecked?: boolean;
  /** Takes `application/x-ndjson`, a value a line, as an array, too. */
  readonly lines?: boolean;
}

/** An answer's media types, each with what it holds. Absent: it has no body. */
export interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, z.ZodType>>;
}

/** A request that has been let in and checked. */
export interface Call<Query, Body> {
  readonly context: RestContext;
  readonly identity: Identity;
  readonly path: PathValues;
  readonly query: Query;
  readonly body: Body;
}

/** An endpoint as the table of routes holds it. */
export interface Endpoint {
  readonly description: Description<z.ZodObject, z.ZodType>;
  /** `query` and `body` have been through the description's schemas. */
  handle(call: Call<unknown, unknown>): Response | Promise<Response>;
}

export function endpoint<
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodUndefined,
>(
  description: Description<Query, Body>,
  handle: (call: Call<z.output<Query>, z.output<Body>>) => Response | Promise<Response>,
): Endpoint {
  return {
    description: description as unknown as Endpoint["description"],
    handle: (call) => handle(call as Call<z.output<Query>, z.output<Body>>),
  };
}

/** An answer of one JSON value. */
export function json(description: string, schema: z.ZodType): Answer {
  return { description, content: { "application/json": schema } };
}
