import { KerutaError } from "@keruta/protocol";
import type { Context } from "hono";
import type { SegmentAddress } from "../store/log-store.ts";
import { accepts } from "./accept-encoding.ts";
import { matches } from "./manifest.ts";
import { attemptOf } from "./parameters.ts";
import type { RestParts } from "./records.ts";

/** A segment's columns. Its address holds its checksum, so any cache may keep the answer for ever. */
export function getSegment(parts: RestParts): (context: Context) => Promise<Response> {
  return async (context) => {
    const key = attemptOf(context);
    const name = context.req.param("segment") ?? "";
    const address = addressOf(name);
    const as = accepts(context.req.header("accept-encoding"), "zstd") ? "zstd" : "plain";
    const headers = {
      ETag: `"${name}-${as}"`,
      "Cache-Control": "public, max-age=31536000, immutable",
      Vary: "Accept-Encoding",
    };
    const body = await parts.store.segment(key, address, as);
    if (body === undefined) throw notFound(name);
    if (matches(context.req.header("if-none-match"), headers.ETag)) return context.body(null, 304, headers);
    const encoding = as === "zstd" ? { "Content-Encoding": "zstd" } : undefined;
    return new Response(body as Uint8Array<ArrayBuffer>, {
      headers: { ...headers, ...encoding, "Content-Type": "application/octet-stream" },
    });
  };
}

function addressOf(name: string): SegmentAddress {
  const [, first, checksum] = /^(\d{1,16})-([0-9a-f]{8})$/.exec(name) ?? [];
  if (first === undefined || checksum === undefined) throw notFound(name);
  return { firstSequence: Number(first), checksum: Number.parseInt(checksum, 16) };
}

function notFound(name: string): KerutaError {
  return new KerutaError("SEGMENT_NOT_FOUND", `there is no segment ${name}; read the manifest again`);
}
