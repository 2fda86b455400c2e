import { z } from "zod";
import { version } from "../version.ts";
import { type Endpoint, endpoint, json } from "./endpoint.ts";

const healthSchema = z
  .object({
    status: z.literal("UP"),
    message: z.string(),
    timestamp: z.iso.datetime(),
    version: z.string(),
  })
  .meta({ id: "Health" });

export const health: Endpoint = endpoint(
  { summary: "Whether the server answers", answers: { 200: json("It does.", healthSchema) } },
  ({ context }) => {
    context.header("Cache-Control", "no-store");
    return context.json({
      status: "UP",
      message: "keruta answers",
      timestamp: new Date().toISOString(),
      version,
    });
  },
);
