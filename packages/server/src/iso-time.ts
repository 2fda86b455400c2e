/** Times go out as ISO 8601 in UTC, cut to the millisecond. */
export function isoTime(us: number): string {
  return new Date(Math.floor(us / 1_000)).toISOString();
}

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+ -]\d\d(?::?\d\d)?)?)?$/i;

/**
 * Microseconds since the epoch. Takes any offset, none (UTC), a date alone (its midnight), and a `+` that a query string has
 * turned into a blank. Undefined: it is no time, or one before 1970, which no line can have.
 */
export function timeUsOf(text: string): number | undefined {
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] =
    pattern.exec(text.trim()) ?? [];
  if (year === undefined) return undefined;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offsetOf(zone)}`);
  const us = ms * 1_000 + Number(fraction.padEnd(6, "0").slice(0, 6));
  // Date.parse takes 30 February for 1 March.
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return isDay && us >= 0 ? us : undefined;
}

/**
 * The last microsecond that a bound covers. What we answer is cut to the millisecond, so a bound given to the millisecond
 * holds every line that is shown with that time.
 */
export function inclusiveEndUs(text: string): number | undefined {
  const us = timeUsOf(text);
  return us !== undefined && us % 1_000 === 0 ? us + 999 : us;
}

function offsetOf(zone: string): string {
  if (/^z$/i.test(zone)) return "Z";
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  return `${zone.startsWith("-") ? "-" : "+"}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
