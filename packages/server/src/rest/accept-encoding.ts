/** Whether an `Accept-Encoding` header accepts this coding by name, or by `*`, with a weight above 0. */
export function accepts(header: string | undefined, coding: string): boolean {
  let byStar = false;
  for (const part of (header ?? "").split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const isWanted = !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    if (name === coding) return isWanted;
    if (name === "*") byStar = isWanted;
  }
  return byStar;
}
