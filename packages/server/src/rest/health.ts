import type { Context } from "hono";
import { version } from "../version.ts";

export function health(context: Context): Response {
  return context.json({ status: "UP", timestamp: new Date().toISOString(), version });
}
