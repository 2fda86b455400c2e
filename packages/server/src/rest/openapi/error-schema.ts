import { type ErrorCode, errorKinds } from "@keruta/protocol";
import { z } from "zod";

/** The one shape of errors. */
export const errorSchema = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(errorKinds) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      status: z.int(),
      details: z
        .object({ fields: z.record(z.string(), z.string()) })
        .optional()
        .meta({ description: "Each field at fault, and why." }),
    }),
    meta: z.object({ timestamp: z.iso.datetime(), version: z.string() }),
  })
  .meta({ id: "Error" });
