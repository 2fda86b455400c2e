import "./panel.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { Asks } from "./app/asks.ts";
import { PanelContext } from "./app/context.tsx";
import { Preferences } from "./app/preferences.ts";
import { Router } from "./app/route.ts";
import { Session } from "./app/session.ts";
import { TaskList } from "./app/task-list.ts";
import { WorkerLink } from "./app/worker-link.ts";

const link = new WorkerLink();
const preferences = new Preferences(navigator.languages);
const panel = {
  link,
  preferences,
  asks: new Asks(link),
  session: new Session(link),
  router: new Router(window),
  taskList: new TaskList(link),
};
const root = document.documentElement;

function applyPreferences(): void {
  root.dataset["theme"] = preferences.theme.get();
  root.lang = preferences.language.get();
}

applyPreferences();
preferences.theme.subscribe(applyPreferences);
preferences.language.subscribe(applyPreferences);

createRoot(document.getElementById("panel")!).render(
  <PanelContext value={panel}>
    <App />
  </PanelContext>,
);
