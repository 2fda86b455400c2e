import { z } from "zod";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { openApiDocument, type RoutesByRoot } from "./document.ts";

/** Made when it is first asked for, of the table of routes that this endpoint stands in. */
export function serveDocument(routes: () => RoutesByRoot): Endpoint {
  let text: string | undefined;
  return endpoint(
    {
      summary: "This document",
      answers: { 200: json("OpenAPI 3.1.", z.looseObject({ openapi: z.string() })) },
    },
    ({ context }) => {
      text ??= JSON.stringify(openApiDocument(routes()));
      return context.body(text, 200, { "Content-Type": "application/json", "Cache-Control": "no-cache" });
    },
  );
}
