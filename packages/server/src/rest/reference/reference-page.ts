import { KerutaError } from "@keruta/protocol";
import stylePath from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import bundlePath from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import { z } from "zod";
import { version } from "../../version.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { matches } from "../if-none-match.ts";

/** Swagger UI sets styles on elements, and draws its icons from data URLs. Nothing comes from elsewhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join("; ");

const headers = {
  "Content-Security-Policy": contentSecurityPolicy,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

function page(root: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>keruta: API</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${root}/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="reference"></div>
    <script src="${root}/docs/swagger-ui-bundle.js"></script>
    <script src="${root}/docs/show.js"></script>
  </body>
</html>
`;
}

function showScript(root: string): string {
  return `SwaggerUIBundle({ url: "${root}/openapi.json", dom_id: "#reference", deepLinking: true, tryItOutEnabled: true });\n`;
}

/** The API's reference, to read and to try: it sends what is filled in, with the reader's own session or token. */
export function referencePage(root: string): Endpoint {
  return endpoint(
    {
      summary: "The reference page",
      hidden: true,
      answers: { 200: { description: "The page.", content: { "text/html": z.string() } } },
    },
    () => new Response(page(root), { headers: { ...headers, "Content-Type": "text/html; charset=utf-8" } }),
  );
}

export function referenceFile(root: string): Endpoint {
  const javascript = "text/javascript; charset=utf-8";
  const files: Readonly<Record<string, { type: string; body: () => string | Bun.BunFile }>> = {
    "swagger-ui.css": { type: "text/css; charset=utf-8", body: () => Bun.file(stylePath) },
    "swagger-ui-bundle.js": { type: javascript, body: () => Bun.file(bundlePath) },
    "show.js": { type: javascript, body: () => showScript(root) },
  };
  const etag = `"${version}"`;
  return endpoint(
    {
      summary: "A file of the reference page",
      hidden: true,
      answers: { 200: { description: "The file." } },
      errors: ["RESOURCE_NOT_FOUND"],
    },
    ({ context, path }) => {
      const file = Object.hasOwn(files, path.file) ? files[path.file] : undefined;
      if (file === undefined)
        throw new KerutaError("RESOURCE_NOT_FOUND", `the reference page has no file ${path.file}`);
      if (matches(context.req.header("if-none-match"), etag))
        return context.body(null, 304, { ...headers, ETag: etag });
      return new Response(file.body(), { headers: { ...headers, ETag: etag, "Content-Type": file.type } });
    },
  );
}
