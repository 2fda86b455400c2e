import { isLanguage, type Language, preferredLanguage } from "../i18n/language.ts";
import { Observable } from "./observable.ts";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** What a reader chose. Kept in this browser; storage that is refused only means that it is not kept. */
export class Preferences {
  readonly theme = new Observable<Theme>(themes.find((theme) => theme === read("theme")) ?? "system");
  readonly language: Observable<Language>;
  readonly isWrapped = new Observable(read("wrap") === "on");

  constructor(browserLanguages: readonly string[]) {
    const stored = read("language");
    this.language = new Observable(isLanguage(stored) ? stored : preferredLanguage(browserLanguages));
    this.theme.subscribe(() => write("theme", this.theme.get()));
    this.language.subscribe(() => write("language", this.language.get()));
    this.isWrapped.subscribe(() => write("wrap", this.isWrapped.get() ? "on" : "off"));
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(`keruta.${name}`);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`keruta.${name}`, value);
  } catch {
    // Private browsing: the choice lasts as long as the page.
  }
}
