import type { Level } from "@keruta/protocol";
import { useMessages } from "../app/context.tsx";
import { number } from "../i18n/en.ts";
import { ToEndIcon, WrapIcon } from "../parts/icons.tsx";

export interface LogToolbarProps {
  readonly isFollowing: boolean;
  /** More lines may come. */
  readonly isLive: boolean;
  readonly onToggleFollow: () => void;
  readonly isWrapped: boolean;
  readonly onToggleWrap: () => void;
  readonly levelCounts: Readonly<Record<Level, number>> | undefined;
}

export function LogToolbar(props: LogToolbarProps) {
  const words = useMessages();
  const isFollowing = props.isFollowing && props.isLive;
  return (
    <div
      role="toolbar"
      aria-label={words.logToolbar}
      className="flex min-h-11 flex-none flex-wrap items-center gap-2 border-b border-line bg-raised px-4 py-1.5"
    >
      <button
        type="button"
        className="control"
        aria-pressed={isFollowing}
        title={words.followHint}
        onClick={props.onToggleFollow}
      >
        <ToEndIcon />
        {props.isLive ? (isFollowing ? words.following : words.follow) : words.toEnd}
      </button>
      <button type="button" className="control" aria-pressed={props.isWrapped} onClick={props.onToggleWrap}>
        <WrapIcon />
        {words.wrap}
      </button>
      <LevelCounts counts={props.levelCounts} />
    </div>
  );
}

const levelColors = [
  ["ERROR", "text-error"],
  ["WARN", "text-warn"],
  ["INFO", "text-info"],
  ["DEBUG", "text-debug"],
] as const satisfies readonly (readonly [Level, string])[];

/** Exact, from the count tables of segments and chunks. */
function LevelCounts({ counts }: { counts: Readonly<Record<Level, number>> | undefined }) {
  const words = useMessages();
  return (
    <ul
      aria-label={words.levelCounts}
      className="flex flex-wrap items-center gap-x-3 text-[12px] sm:ml-auto sm:gap-x-4"
    >
      {levelColors.map(([level, color]) => (
        <li key={level} data-level-count={level} className="flex items-baseline gap-1.5">
          <span className={`font-mono font-bold ${color}`}>{level}</span>
          <span className="tabular-nums">{counts === undefined ? "–" : number(counts[level])}</span>
        </li>
      ))}
    </ul>
  );
}
