/** The time as the server puts it on lines and records: microseconds since the epoch. */
export function nowUs(): number {
  return Date.now() * 1_000;
}
