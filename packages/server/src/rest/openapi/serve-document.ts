import { z } from "zod";
import type { ApiRoute } from "../api-route.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { openApiDocument } from "./document.ts";

/** Made when it is first asked for, of the table of routes that this endpoint stands in. */
export function serveDocument(routes: () => readonly ApiRoute[], root: string): Endpoint {
  let text: string | undefined;
  return endpoint(
    {
      summary: "This document",
      answers: { 200: json("OpenAPI 3.1.", z.looseObject({ openapi: z.string() })) },
    },
    ({ context }) => {
      text ??= JSON.stringify(openApiDocument(routes(), root));
      return context.body(text, 200, { "Content-Type": "application/json", "Cache-Control": "no-cache" });
    },
  );
}
