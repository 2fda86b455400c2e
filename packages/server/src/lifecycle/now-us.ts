/** The time as lines carry it. */
export function nowUs(): number {
  return Date.now() * 1_000;
}
