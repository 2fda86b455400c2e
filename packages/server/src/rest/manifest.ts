import { KerutaError, type Manifest } from "@keruta/protocol";
import type { Context } from "hono";
import { attemptOf, queryNumber } from "./parameters.ts";
import { type RestParts, summaryOf } from "./records.ts";

/** The manifest, or 304 where the reader has this one already. */
export function getManifest(parts: RestParts): (context: Context) => Promise<Response> {
  return async (context) => {
    const key = attemptOf(context);
    const after = queryNumber(context, "after", 0);
    const stored = await parts.store.manifest(key, after);
    if (stored === undefined)
      throw new KerutaError("ATTEMPT_NOT_FOUND", `task ${key.taskId} has no attempt ${key.attempt}`);
    const { segments, sealedThrough } = stored;
    const manifest: Manifest = { summary: summaryOf(parts, stored.attempt), segments, sealedThrough };
    const body = JSON.stringify(manifest);
    const etag = `"${Bun.hash(body).toString(36)}"`;
    const headers = { ETag: etag, "Cache-Control": "no-cache" };
    if (matches(context.req.header("if-none-match"), etag)) return context.body(null, 304, headers);
    return context.body(body, 200, { ...headers, "Content-Type": "application/json" });
  };
}

/** `If-None-Match` compares weakly: a proxy that recompressed the answer has put `W/` before the tag. */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
