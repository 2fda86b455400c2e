/** `null` is as good as absent. */
export function withoutNothing<T extends object>(given: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries) as { [Name in keyof T]?: NonNullable<T[Name]> };
}
