import { en, type Messages } from "./en.ts";
import { ja } from "./ja.ts";

export const catalogues = { en, ja } as const satisfies Record<string, Messages>;
export type Language = keyof typeof catalogues;

export function isLanguage(value: string | null): value is Language {
  return value !== null && Object.hasOwn(catalogues, value);
}

/** The first of the reader's languages that there is a catalogue for. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const codes = wanted.map((tag) => tag.slice(0, 2).toLowerCase());
  return codes.find(isLanguage) ?? "en";
}
