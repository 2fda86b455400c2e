/** Microseconds since the epoch; may go back when the clock is set. */
export function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000);
}
