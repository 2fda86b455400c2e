import { createContext, useContext } from "react";
import type { Messages } from "../i18n/en.ts";
import { catalogues, type Language } from "../i18n/language.ts";
import type { Asks } from "./asks.ts";
import { useObservable } from "./observable.ts";
import type { Preferences } from "./preferences.ts";
import type { Router } from "./route.ts";
import type { Session } from "./session.ts";
import type { TaskList } from "./task-list.ts";
import type { WorkerLink } from "./worker-link.ts";

/** What main.tsx builds once and every page may use. */
export interface Panel {
  readonly link: WorkerLink;
  readonly asks: Asks;
  readonly session: Session;
  readonly taskList: TaskList;
  readonly preferences: Preferences;
  readonly router: Router;
}

export const PanelContext = createContext<Panel | undefined>(undefined);

export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (panel === undefined) throw new Error("cannot draw a part of the panel outside of it");
  return panel;
}

export function useMessages(): Messages {
  return catalogues[useLanguage()];
}

export function useLanguage(): Language {
  return useObservable(usePanel().preferences.language);
}
