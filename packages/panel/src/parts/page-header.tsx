import type { ReactNode } from "react";
import { useMessages } from "../app/context.tsx";
import { Link } from "./link.tsx";
import { PreferenceControls } from "./preference-controls.tsx";
import { SignedInAs } from "./signed-in-as.tsx";
import { Wordmark } from "./wordmark.tsx";

/** The 48 px at the top of every page. */
export function PageHeader({ children }: { children?: ReactNode }) {
  const words = useMessages();
  return (
    <header className="flex min-h-12 flex-none flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-raised px-4 py-1.5">
      <Link to={{ page: "tasks" }} label={words.home} className="inline-flex rounded-sm">
        <Wordmark />
      </Link>
      {children}
      <div className="ml-auto flex flex-wrap items-center gap-2">
        <SignedInAs />
        <PreferenceControls />
      </div>
    </header>
  );
}
