import type { Identity } from "./identity.ts";

/** What is known of a request besides the request itself. Handed to the routes as Hono's `env`. */
export interface RequestEnv {
  /** As the answer's `x-request-id` tells it. */
  readonly requestId: string;
  /** Address of the peer, which can be a proxy. */
  readonly address: string;
  /** The client came over TLS, here or at a proxy in front. */
  readonly isSecure: boolean;
  /** Who is asking; asked once a request, however often it is called. Throws UNAUTHORIZED. */
  readonly identify: () => Promise<Identity>;
}
