import type { SessionState } from "../worker/messages.ts";
import { Observable } from "./observable.ts";
import type { WorkerLink } from "./worker-link.ts";

/** Who is looking, as the server sees it. */
export class Session {
  readonly state = new Observable<SessionState>({ state: "unknown" });

  constructor(link: WorkerLink) {
    link.listen((message) => {
      if (message.type === "session") this.state.set(message.session);
    });
  }
}

/** Buttons of what is not allowed are not shown. The server checks all the same. */
export function may(session: SessionState, action: string): boolean {
  return session.state === "known" && session.may.includes(action);
}
