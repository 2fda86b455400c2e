import { isTaskId } from "@keruta/protocol";
import { z } from "zod";

/** Every value an address can hold, by the name it has in the table of routes. */
export const pathSchemas = {
  taskId: z
    .string()
    .refine(isTaskId, "has characters that are not allowed, or is too long")
    .meta({ description: "Any text without blanks, control characters, /, \\, ? and #, such as a UUID." }),
  attempt: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "must be a whole number from 1 on")
    .transform(Number)
    .meta({ type: "integer", minimum: 1, description: "Number of the execution: 1, 2, …" }),
  file: z.string(),
  segment: z.string().meta({ description: "firstSequence-checksum, the checksum as 8 hex digits" }),
} as const;

export type PathName = keyof typeof pathSchemas;

/** What an address held. Asking for a value that the route does not have is a fault of ours, and throws. */
export class PathValues {
  constructor(private readonly values: Readonly<Partial<Record<PathName, unknown>>>) {}

  get taskId(): string {
    return this.#value("taskId") as string;
  }

  get attempt(): number {
    return this.#value("attempt") as number;
  }

  get segment(): string {
    return this.#value("segment") as string;
  }

  get file(): string {
    return this.#value("file") as string;
  }

  #value(name: PathName): unknown {
    const value = this.values[name];
    if (value === undefined) throw new Error(`this route has no {${name}}`);
    return value;
  }
}
