/** What somebody may do; `permissions.ts` says what each is. */
export const roles = ["admin", "developer", "viewer", "agent"] as const;
export type Role = (typeof roles)[number];

/** Who is asking. */
export interface Identity {
  /** For logs and for what a log says of who did something; never a secret. */
  readonly name: string;
  readonly role: Role;
  /** The only tasks that are there for them. Absent: all. */
  readonly tasks?: readonly string[];
  /** When what they showed runs out. Absent: never, or nothing was shown. */
  readonly expiresAtMs?: number;
  /** The API key they showed, which can be revoked. */
  readonly keyId?: string;
  /** They logged in by name and password: they may do what their entry among the users says now. */
  readonly isUser?: true;
}

/** Everybody, where nobody has to say who they are. */
export const anonymousAdmin: Identity = { name: "anonymous", role: "admin" };

/** Everybody who has not said who they are, where looking on is allowed to them. */
export const anonymousViewer: Identity = { name: "anonymous", role: "viewer" };

export function maySee(identity: Identity, taskId: string): boolean {
  return identity.tasks === undefined || identity.tasks.includes(taskId);
}
