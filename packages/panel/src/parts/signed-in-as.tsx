import { useMessages, usePanel } from "../app/context.tsx";
import { useObservable } from "../app/observable.ts";
import { useAsk } from "../app/use-ask.ts";

/** Who is signed in, and the way out; nothing where nobody has to. */
export function SignedInAs() {
  const { signIn: words } = useMessages();
  const session = useObservable(usePanel().session.state);
  const { send } = useAsk();
  const signOut = async () => {
    if (await send({ ask: "sign-out" })) window.location.reload();
  };
  if (session.state !== "known" || !session.isRequired) return null;
  return (
    <span className="inline-flex items-center gap-2">
      <span className="hidden text-muted md:inline" title={words.as(session.name, session.role)}>
        {session.name}
      </span>
      <button type="button" className="control" onClick={() => void signOut()}>
        {words.out}
      </button>
    </span>
  );
}
