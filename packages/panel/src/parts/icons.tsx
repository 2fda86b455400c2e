import type { ReactNode } from "react";

/** Drawn, not typed: fonts lack half of the pictographs. The word always stands beside them. */
function Icon({ children, isSpinning = false }: { children: ReactNode; isSpinning?: boolean }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="14"
      height="14"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={isSpinning ? "animate-spin motion-reduce:animate-none" : undefined}
    >
      {children}
    </svg>
  );
}

export const RunningIcon = () => (
  <Icon isSpinning>
    <circle cx="8" cy="8" r="5.5" opacity="0.3" />
    <path d="M8 2.5a5.5 5.5 0 0 1 5.5 5.5" />
  </Icon>
);
/** A prompt with a caret. */
export const InputIcon = () => (
  <Icon>
    <path d="m2.5 4.5 3.5 3.5-3.5 3.5M8.5 12h5" />
  </Icon>
);
export const DoneIcon = () => (
  <Icon>
    <path d="m3.5 8.5 3 3 6-7" />
  </Icon>
);
export const FailedIcon = () => (
  <Icon>
    <path d="m4 4 8 8m0-8-8 8" />
  </Icon>
);
export const WaitingIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="5.5" />
    <path d="M8 5v3l2 1.5" />
  </Icon>
);
export const CancelledIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="5.5" />
    <path d="m4.2 11.8 7.6-7.6" />
  </Icon>
);
export const ToEndIcon = () => (
  <Icon>
    <path d="M8 2v8m-3.5-3.5L8 10l3.5-3.5M3 13.5h10" />
  </Icon>
);
export const WrapIcon = () => (
  <Icon>
    <path d="M2.5 4h11M2.5 8h8.75a2 2 0 0 1 0 4H8m1.5-1.5L8 12l1.5 1.5M2.5 12H5" />
  </Icon>
);
export const WarningIcon = () => (
  <Icon>
    <path d="M8 2.5 14 13H2ZM8 6.5v3m0 1.75v.01" />
  </Icon>
);
export const SystemIcon = () => (
  <Icon>
    <rect x="2" y="3" width="12" height="8" rx="1" />
    <path d="M6 13.5h4" />
  </Icon>
);
export const LightIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.75" />
    <path d="M8 1.5v1m0 11v1M1.5 8h1m11 0h1M3.4 3.4l.7.7m7.8 7.8.7.7m0-9.2-.7.7m-7.8 7.8-.7.7" />
  </Icon>
);
export const DarkIcon = () => (
  <Icon>
    <path d="M13.5 9.5A5.75 5.75 0 0 1 6.5 2.5a5.75 5.75 0 1 0 7 7Z" />
  </Icon>
);
