/** Local time of day as HH:mm:ss.SSS. `Intl` would take a hundred times as long for a whole screen each frame. */
export function clockTime(timeUs: number): string {
  const date = new Date(timeUs / 1000);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** A length of time as 0:07, 12:41 or 1:02:09. */
export function elapsedTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = twoDigits(seconds % 60);
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${twoDigits(minutes)}:${rest}`;
}

/** As `elapsedTime`, for something that is over: under a minute to a tenth of a second. */
export function tookTime(ms: number): string {
  return ms < 59_950 ? `${Math.max(0, ms / 1000).toFixed(1)} s` : elapsedTime(ms);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
