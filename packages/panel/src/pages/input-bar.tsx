import type { AttemptSummary } from "@keruta/protocol";
import { useEffect, useRef, useState } from "react";
import { useMessages, usePanel } from "../app/context.tsx";
import { useObservable } from "../app/observable.ts";
import { may } from "../app/session.ts";
import { useAsk } from "../app/use-ask.ts";
import { InputIcon } from "../parts/icons.tsx";

export interface InputBarProps {
  readonly taskId: string;
  readonly summary: AttemptSummary | undefined;
}

/** Where a person answers the script: open by itself while it waits, and on request at any other time of its run. */
export function InputBar({ taskId, summary }: InputBarProps) {
  const words = useMessages();
  const session = useObservable(usePanel().session.state);
  const [isWanted, setWanted] = useState(false);
  if (summary?.state !== "PROCESSING" || !may(session, "input.send")) return null;
  const isWaiting = summary.waitingForInput === true;
  if (isWaiting || isWanted) return <InputForm taskId={taskId} isWaiting={isWaiting} />;
  return (
    <div className="flex flex-none border-t border-line bg-raised px-4 py-1">
      <button type="button" className="control h-6" onClick={() => setWanted(true)}>
        <InputIcon />
        {words.input.open}
      </button>
    </div>
  );
}

function InputForm({ taskId, isWaiting }: { taskId: string; isWaiting: boolean }) {
  const words = useMessages();
  const { isAsking, failure, send } = useAsk();
  const [text, setText] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const submit = async () => {
    if (await send({ ask: "input", taskId, text: `${text}\n`, eof: false })) setText("");
    field.current?.focus();
  };
  return (
    <form
      data-part="input"
      className={`flex flex-none flex-wrap items-end gap-2 border-t px-4 py-2 ${isWaiting ? "border-bar-warn bg-warn-row" : "border-line bg-raised"}`}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label className="inline-flex min-w-0 flex-1 basis-60 flex-wrap items-center gap-2">
        <span className={`inline-flex items-center gap-1.5 ${isWaiting ? "text-warn" : "text-muted"}`}>
          <InputIcon />
          {isWaiting ? words.input.waiting : words.input.label}
        </span>
        <input
          ref={field}
          className="control min-w-0 flex-1 basis-48 font-mono"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <button type="submit" className="control" disabled={isAsking}>
        {words.input.send}
      </button>
      <button
        type="button"
        className="control"
        title={words.input.endHint}
        disabled={isAsking}
        onClick={() => void send({ ask: "input", taskId, text: "", eof: true })}
      >
        {words.input.end}
      </button>
      {failure === undefined ? null : (
        <p role="alert" className="basis-full text-error">
          {failure}
        </p>
      )}
    </form>
  );
}
