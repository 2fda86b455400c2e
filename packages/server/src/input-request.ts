import { limits } from "@keruta/protocol";
import { z } from "zod";
import type { NewInput } from "./store/log-store.ts";

/** What is written to a script's standard input, by REST or in a JSON message. */
export const inputRequest = z
  .object({
    input: z
      .string()
      .refine(
        (text) => Buffer.byteLength(text) < limits.maxInputBytes,
        `must be under ${limits.maxInputBytes} bytes`,
      ),
    eof: z.boolean().nullish().meta({ description: "The script's standard input ends behind it." }),
    raw: z
      .boolean()
      .nullish()
      .meta({ description: "Hand it over as it is. Absent: a newline is added where it ends without one." }),
  })
  .meta({ id: "InputRequest" });

/** `by`: who sent it. */
export function newInput(request: z.output<typeof inputRequest>, by: string): NewInput {
  const eof = request.eof === true;
  return { text: textOf(request.input, eof, request.raw === true), eof, by };
}

/** Scripts read lines. Where nothing is sent but the end, there is none. */
function textOf(input: string, eof: boolean, raw: boolean): string {
  return raw || input.endsWith("\n") || (eof && input === "") ? input : `${input}\n`;
}
