import type { AttemptSummary } from "@keruta/protocol";
import { useState } from "react";
import { useMessages, usePanel } from "../app/context.tsx";
import { useObservable } from "../app/observable.ts";
import { may } from "../app/session.ts";
import { useAsk } from "../app/use-ask.ts";

export interface CancelButtonProps {
  readonly taskId: string;
  readonly summary: AttemptSummary | undefined;
}

/** Ends the script, after asking once. */
export function CancelButton({ taskId, summary }: CancelButtonProps) {
  const { cancel: words } = useMessages();
  const session = useObservable(usePanel().session.state);
  const [step, setStep] = useState<"idle" | "sure" | "asked">("idle");
  const { failure, send } = useAsk();
  if (summary?.state !== "PROCESSING" || !may(session, "cancel")) return null;
  const act = async () => {
    setStep("asked");
    if (!(await send({ ask: "cancel", taskId }))) setStep("idle");
  };
  if (step === "asked") return <span className="text-muted">{words.asked}</span>;
  if (step === "idle")
    return (
      <span className="inline-flex items-center gap-2">
        <button type="button" className="control" onClick={() => setStep("sure")}>
          {words.ask}
        </button>
        {failure === undefined ? null : (
          <span role="alert" className="text-error">
            {failure}
          </span>
        )}
      </span>
    );
  return (
    <span className="inline-flex items-center gap-2">
      <span className="text-warn">{words.sure}</span>
      <button type="button" className="control border-bar-error" onClick={() => void act()}>
        {words.yes}
      </button>
      <button type="button" className="control" onClick={() => setStep("idle")}>
        {words.no}
      </button>
    </span>
  );
}
