import type { Context } from "hono";
import type { PanelAsset, PanelAssets } from "../panel-assets.ts";
import { accepts } from "./accept-encoding.ts";
import { errorResponse } from "./answer-error.ts";
import { matches } from "./if-none-match.ts";

/** Nothing from elsewhere, no inline script or style, no frame around it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join("; ");

const securityHeaders = {
  "Content-Security-Policy": contentSecurityPolicy,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** A file of the panel; its page for an address that is none, so that a link into the panel can be opened. */
export function servePanel(panel: PanelAssets | undefined): (context: Context) => Response {
  return (context) => {
    const { path } = context.req;
    const asset = panel?.find(path) ?? panel?.find(panel.indexPath);
    if (asset === undefined || path.startsWith("/api/") || path.startsWith("/ws/"))
      return errorResponse("RESOURCE_NOT_FOUND", `there is nothing at ${path}`);
    return answer(context, asset);
  };
}

function answer(context: Context, asset: PanelAsset): Response {
  const headers: Record<string, string> = {
    ...securityHeaders,
    ETag: asset.etag,
    "Cache-Control": asset.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    Vary: "Accept-Encoding",
  };
  if (matches(context.req.header("if-none-match"), asset.etag)) return context.body(null, 304, headers);
  const { body, encoding } = encoded(asset, context.req.header("accept-encoding"));
  headers["Content-Type"] = asset.contentType;
  if (encoding !== undefined) headers["Content-Encoding"] = encoding;
  return new Response(body as Uint8Array<ArrayBuffer>, { headers });
}

function encoded(
  asset: PanelAsset,
  acceptEncoding: string | undefined,
): { body: Uint8Array; encoding?: string } {
  for (const encoding of ["zstd", "gzip"] as const) {
    const body = asset.encodings[encoding];
    if (body !== undefined && accepts(acceptEncoding, encoding)) return { body, encoding };
  }
  return { body: asset.body };
}
