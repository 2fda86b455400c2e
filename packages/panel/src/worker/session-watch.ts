import type { Api } from "@keruta/client";
import { KerutaError } from "@keruta/protocol";
import type { SessionState } from "./messages.ts";

/**
 * Who is looking, asked at the start and when a connection fails: a browser does not say why a WebSocket was refused, and a
 * cookie runs out.
 */
export class SessionWatch {
  #isAsking = false;

  constructor(
    private readonly api: Api,
    private readonly tell: (session: SessionState) => void,
  ) {}

  async ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const { name, role, may, authRequired } = await this.api.me();
      this.tell({ state: "known", name, role, may, isRequired: authRequired });
    } catch (error) {
      // What else went wrong (no server, say) is told by the connection.
      if (error instanceof KerutaError && error.code === "UNAUTHORIZED") this.tell({ state: "signed-out" });
    } finally {
      this.#isAsking = false;
    }
  }
}
