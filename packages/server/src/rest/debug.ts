import { KerutaError } from "@keruta/protocol";
import { z } from "zod";
import { isLoopback } from "../loopback.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";

const maxProfileSeconds = 60;

/** As the profile, for those only who ask from this machine: it can hold what other people's scripts printed. */
export function fromHere(profile: Endpoint): Endpoint {
  return {
    ...profile,
    handle: (call) => {
      if (isLoopback(call.context.env.address)) return profile.handle(call);
      throw new KerutaError(
        "FORBIDDEN",
        "profiles are answered to programs on the server's own machine only",
      );
    },
  };
}

/** What fills the memory, as V8's heap snapshot: open it in a browser's developer tools. It holds whatever passes through. */
export const heapSnapshot: Endpoint = endpoint(
  { summary: "A heap snapshot", answers: {}, hidden: true },
  ({ context }) => attached(context, Bun.generateHeapSnapshot("v8"), "keruta.heapsnapshot"),
);

/** Where the time goes, as a CPU profile of some seconds, for the same tools. */
export const cpuProfile: Endpoint = endpoint(
  {
    summary: "A CPU profile",
    query: z.object({ seconds: z.coerce.number().min(0.1).max(maxProfileSeconds).default(10) }),
    answers: {},
    hidden: true,
  },
  async ({ context, query: { seconds } }) => {
    const { Session } = await import("node:inspector/promises");
    const session = new Session();
    session.connect();
    try {
      await session.post("Profiler.enable");
      await session.post("Profiler.start");
      await Bun.sleep(seconds * 1_000);
      const { profile } = await session.post("Profiler.stop");
      return attached(context, JSON.stringify(profile), "keruta.cpuprofile");
    } finally {
      session.disconnect();
    }
  },
);

/** Collects what nothing holds any more, now. */
export const collectGarbage: Endpoint = endpoint(
  { summary: "Collect garbage", answers: {}, hidden: true },
  ({ context }) => {
    const before = process.memoryUsage.rss();
    Bun.gc(true);
    return context.json({ residentBytesBefore: before, residentBytesAfter: process.memoryUsage.rss() });
  },
);

interface Answering {
  body(body: string, status: 200, headers: Record<string, string>): Response;
}

function attached(context: Answering, body: string, filename: string): Response {
  const disposition = `attachment; filename="${filename}"`;
  return context.body(body, 200, { "Content-Type": "application/json", "Content-Disposition": disposition });
}
