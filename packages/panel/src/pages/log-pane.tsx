import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useMessages, usePanel } from "../app/context.tsx";
import { useObservable } from "../app/observable.ts";
import { lineCountOf, type OpenedTask, type OpenedTaskState, readLogOf } from "../app/opened-task.ts";
import { LogSurface, type SurfaceState } from "../log-view/log-surface.ts";
import type { RowLook } from "../log-view/row-element.ts";
import { LogNotice } from "./log-notice.tsx";
import { LogStatusBar } from "./log-status-bar.tsx";
import { LogToolbar } from "./log-toolbar.tsx";
import { useLogTheme } from "./use-log-theme.ts";
import { WaitingPill } from "./waiting-pill.tsx";

export interface LogPaneProps {
  readonly taskId: string;
  readonly opened: OpenedTask;
  readonly state: OpenedTaskState;
}

const atEnd: SurfaceState = { isFollowing: true, waitingLines: 0, waitingErrors: 0 };

/** The log with its toolbar, its status bar and what lies over it. */
export function LogPane({ taskId, opened, state }: LogPaneProps) {
  const words = useMessages();
  const { preferences } = usePanel();
  const isWrapped = useObservable(preferences.isWrapped);
  const [surfaceState, setSurfaceState] = useState(atEnd);
  const [scroller, surface] = useSurface(opened, isWrapped, (next) =>
    setSurfaceState((current) => (isSame(current, next) ? current : next)),
  );
  const toggleFollow = () => {
    if (surface.current?.isFollowing) surface.current.pause();
    else surface.current?.follow();
  };
  const isLive = state.log?.ended !== true;
  return (
    <>
      <LogToolbar
        isFollowing={surfaceState.isFollowing}
        isLive={isLive}
        onToggleFollow={toggleFollow}
        isWrapped={isWrapped}
        onToggleWrap={() => preferences.isWrapped.set(!isWrapped)}
        levelCounts={readLogOf(state)?.levelCounts}
      />
      <div className="relative min-h-0 flex-1">
        <div
          ref={scroller}
          className="log absolute inset-0"
          role="log"
          aria-live="off"
          aria-label={words.log(state.task?.name ?? taskId, lineCountOf(state.log))}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
          tabIndex={0}
          onKeyDown={(event) => onKey(event, surface.current, toggleFollow)}
        />
        <LogNotice state={state} />
        <WaitingPill state={surfaceState} onClick={() => surface.current?.follow()} />
      </div>
      <LogStatusBar state={state} isFollowing={surfaceState.isFollowing} />
    </>
  );
}

function isSame(a: SurfaceState, b: SurfaceState): boolean {
  return (
    a.isFollowing === b.isFollowing &&
    a.waitingLines === b.waitingLines &&
    a.waitingErrors === b.waitingErrors
  );
}

/** Joins the log surface, which knows nothing of React, to an element of this page. */
function useSurface(opened: OpenedTask, isWrapped: boolean, onState: (state: SurfaceState) => void) {
  const scroller = useRef<HTMLDivElement>(null);
  const surface = useRef<LogSurface | undefined>(undefined);
  const look = useLook();
  const latest = useRef({ look, isWrapped, onState });
  latest.current = { look, isWrapped, onState };
  useEffect(() => {
    const { look, isWrapped } = latest.current;
    const report = (state: SurfaceState) => latest.current.onState(state);
    const made = new LogSurface(scroller.current!, { feed: opened, look, isWrapped, onState: report });
    surface.current = made;
    takeFocus(scroller.current!);
    return () => made.destroy();
  }, [opened]);
  useEffect(() => surface.current?.setLook(look), [look]);
  useEffect(() => surface.current?.setWrapped(isWrapped), [isWrapped]);
  return [scroller, surface] as const;
}

/** So that keys work at once. Not taken from anything that has it; no ring, since no key has been pressed. */
function takeFocus(log: HTMLElement): void {
  if (document.activeElement !== document.body) return;
  const options: FocusOptions & { focusVisible: boolean } = { preventScroll: true, focusVisible: false };
  log.focus(options);
}

function useLook(): RowLook {
  const words = useMessages();
  const colors = useLogTheme();
  return useMemo(() => ({ labels: words, colors }), [words, colors]);
}

function onKey(event: KeyboardEvent, surface: LogSurface | undefined, toggleFollow: () => void): void {
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
  if (hasModifier || event.nativeEvent.isComposing || surface === undefined) return;
  const act = event.key === "f" ? toggleFollow : keys[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act(surface);
}

const keys: Readonly<Record<string, (surface: LogSurface) => void>> = {
  End: (surface) => surface.follow(),
  Home: (surface) => surface.goTo(0),
  PageUp: (surface) => surface.move("screen", -1),
  PageDown: (surface) => surface.move("screen", 1),
  ArrowUp: (surface) => surface.move("row", -1),
  ArrowDown: (surface) => surface.move("row", 1),
};
