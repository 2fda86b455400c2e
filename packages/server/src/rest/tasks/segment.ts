import { KerutaError } from "@keruta/protocol";
import { z } from "zod";
import { anonymousAdmin } from "../../identity.ts";
import type { LogStore, SegmentAddress } from "../../store/log-store.ts";
import { accepts } from "../accept-encoding.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { matches } from "../if-none-match.ts";

/** A segment's columns. Its address holds its checksum, so any cache may keep the answer for ever. */
export function getSegment(store: LogStore): Endpoint {
  return endpoint(
    {
      summary: "A segment of an attempt's log",
      details:
        "As the manifest names it. Binary: the columns of a chunk (packages/protocol/src/chunk.ts), zstd-compressed where accepted.",
      answers: {
        200: { description: "The columns.", content: { "application/octet-stream": z.string() } },
        304: { description: "It is the one that If-None-Match names." },
      },
      errors: ["SEGMENT_NOT_FOUND"],
    },
    async ({ context, identity, path: { taskId, attempt, segment } }) => {
      const as = accepts(context.req.header("accept-encoding"), "zstd") ? "zstd" : "plain";
      const body = await store.segment({ taskId, attempt }, addressOf(segment), as);
      if (body === undefined) throw notFound(segment);
      const headers = {
        ETag: `"${segment}-${as}"`,
        // Where not everybody may see it, a cache that many share must not keep it.
        "Cache-Control": `${identity === anonymousAdmin ? "public" : "private"}, max-age=31536000, immutable`,
        Vary: "Accept-Encoding",
      };
      if (matches(context.req.header("if-none-match"), headers.ETag)) return context.body(null, 304, headers);
      const encoding = as === "zstd" ? { "Content-Encoding": "zstd" } : undefined;
      return new Response(body as Uint8Array<ArrayBuffer>, {
        headers: { ...headers, ...encoding, "Content-Type": "application/octet-stream" },
      });
    },
  );
}

function addressOf(name: string): SegmentAddress {
  const [, first, checksum] = /^(\d{1,16})-([0-9a-f]{8})$/.exec(name) ?? [];
  if (first === undefined || checksum === undefined) throw notFound(name);
  return { firstSequence: Number(first), checksum: Number.parseInt(checksum, 16) };
}

function notFound(name: string): KerutaError {
  return new KerutaError("SEGMENT_NOT_FOUND", `there is no segment ${name}; read the manifest again`);
}
