import { z } from "zod";

export type JsonSchema = Record<string, unknown>;

const ownDefinitions = "#/$defs/";
const components = "#/components/schemas/";

/** Makes JSON Schemas of zod's, and collects those that have an id (`meta({ id })`) as components that the others refer to. */
export class JsonSchemas {
  readonly #components = new Map<string, JsonSchema>();

  /** `input`: what may be sent, with unknown keys; `output`: what is answered, and nothing else. */
  of(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    const { $schema: _, $defs, ...own } = referring(z.toJSONSchema(schema, { io, unrepresentable: "any" }));
    for (const [id, definition] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>))
      this.#add(id, definition);
    return own;
  }

  /** Ascending by name. */
  components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #add(id: string, schema: JsonSchema): void {
    const known = this.#components.get(id);
    if (known !== undefined && !Bun.deepEquals(known, schema))
      throw new Error(`two schemas are called ${id}`);
    this.#components.set(id, schema);
  }
}

function referring(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll(`"${ownDefinitions}`, `"${components}`)) as JsonSchema;
}
