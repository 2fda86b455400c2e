import type { ComponentType } from "react";
import { useLanguage, useMessages, usePanel } from "../app/context.tsx";
import { useObservable } from "../app/observable.ts";
import { type Theme, themes } from "../app/preferences.ts";
import { catalogues, isLanguage } from "../i18n/language.ts";
import { DarkIcon, LightIcon, SystemIcon } from "./icons.tsx";

const themeIcons: Readonly<Record<Theme, ComponentType>> = {
  system: SystemIcon,
  light: LightIcon,
  dark: DarkIcon,
};

/** Language and theme. */
export function PreferenceControls() {
  return (
    <div className="flex flex-none items-center gap-2">
      <LanguageSelect />
      <ThemeButton />
    </div>
  );
}

function LanguageSelect() {
  const { preferences } = usePanel();
  const words = useMessages();
  return (
    <select
      className="control px-2"
      aria-label={words.language}
      value={useLanguage()}
      onChange={({ target }) => isLanguage(target.value) && preferences.language.set(target.value)}
    >
      {Object.entries(catalogues).map(([code, { languageName }]) => (
        <option key={code} value={code} lang={code}>
          {languageName}
        </option>
      ))}
    </select>
  );
}

function ThemeButton() {
  const { preferences } = usePanel();
  const words = useMessages();
  const theme = useObservable(preferences.theme);
  const Glyph = themeIcons[theme];
  const label = `${words.theme}: ${words.themes[theme]}`;
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  return (
    <button
      type="button"
      className="control w-7 justify-center px-0"
      aria-label={label}
      title={label}
      onClick={() => preferences.theme.set(next)}
    >
      <Glyph />
    </button>
  );
}
