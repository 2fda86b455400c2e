import { useMemo, useSyncExternalStore } from "react";
import { usePanel } from "../app/context.tsx";
import { useObservable } from "../app/observable.ts";
import { darkTheme, lightTheme } from "../log-view/log-theme.ts";
import { RunColorTable } from "../log-view/run-colors.ts";

/** How ANSI colours look in the theme that is in force. */
export function useLogTheme(): RunColorTable {
  const chosen = useObservable(usePanel().preferences.theme);
  const isSystemDark = useSyncExternalStore(listen, () => systemDark.matches);
  const isDark = chosen === "dark" || (chosen === "system" && isSystemDark);
  return useMemo(() => new RunColorTable(isDark ? darkTheme : lightTheme), [isDark]);
}

const systemDark = window.matchMedia("(prefers-color-scheme: dark)");

function listen(listener: () => void): () => void {
  systemDark.addEventListener("change", listener);
  return () => systemDark.removeEventListener("change", listener);
}
