/** What one look has found. */
export interface Check {
  readonly healthy: boolean;
  /** For a person. */
  readonly message: string;
  readonly latencyMs?: number;
}

export type CheckName = "websocket" | "api" | "disk" | "memory" | "config";

/** What was looked at. */
export type Checks = Readonly<Partial<Record<CheckName, Check>>>;

export function isHealthy(checks: Checks): boolean {
  return Object.values(checks).every(({ healthy }) => healthy);
}
