import type { MouseEvent, ReactNode } from "react";
import { usePanel } from "../app/context.tsx";
import { addressOf, type Route } from "../app/route.ts";

export interface LinkProps {
  readonly to: Route;
  readonly className?: string;
  readonly label?: string;
  readonly children: ReactNode;
}

/** A real link, so that it can be opened in a new tab; a plain click stays in the page. */
export function Link({ to, className, label, children }: LinkProps) {
  const { router } = usePanel();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.go(to);
  };
  return (
    <a href={addressOf(to)} className={className} aria-label={label} onClick={follow}>
      {children}
    </a>
  );
}
