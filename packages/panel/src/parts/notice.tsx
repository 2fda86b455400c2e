import type { ReactNode } from "react";

/** What a page says instead of content: centred, calm, with what to do next below. */
export function Notice({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-3 p-6 text-center">
      <p className="text-[15px] font-semibold">{title}</p>
      {children === undefined ? null : (
        <div className="flex max-w-130 flex-col items-center gap-3 text-muted">{children}</div>
      )}
    </div>
  );
}
