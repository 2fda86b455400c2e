import { type FormEvent, useState } from "react";
import { useMessages } from "../app/context.tsx";
import { useAsk } from "../app/use-ask.ts";
import { PageHeader } from "../parts/page-header.tsx";
import { useTitle } from "../parts/use-title.ts";
import type { Ask } from "../worker/messages.ts";

/** Where the server wants to know who is looking. What is typed goes to the server, which answers with a cookie. */
export function SignInPage() {
  const { signIn: words } = useMessages();
  const { isAsking, failure, send } = useAsk();
  const [token, setToken] = useState("");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  useTitle(`${words.title} · keruta`);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const ask: Ask = token === "" ? { ask: "sign-in", username, password } : { ask: "sign-in", token };
    // Everything was refused until now, so everything is begun again.
    if (await send(ask)) window.location.reload();
  };
  return (
    <div className="flex h-full flex-col">
      <PageHeader />
      <main className="flex flex-1 items-center justify-center p-6">
        <form
          data-part="sign-in"
          className="flex w-full max-w-80 flex-col gap-4"
          onSubmit={(event) => void submit(event)}
        >
          <h1 className="text-[20px] leading-7 font-semibold">{words.title}</h1>
          <p className="text-muted">{words.hint}</p>
          <Field label={words.token} type="password" name="token" value={token} onChange={setToken} />
          <p className="text-center text-muted">{words.or}</p>
          <Field label={words.username} type="text" name="username" value={username} onChange={setUsername} />
          <Field
            label={words.password}
            type="password"
            name="password"
            value={password}
            onChange={setPassword}
          />
          {failure === undefined ? null : (
            <p role="alert" className="text-error">
              {failure}
            </p>
          )}
          <button type="submit" className="control justify-center" disabled={isAsking}>
            {words.act}
          </button>
        </form>
      </main>
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly type: "text" | "password";
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Field({ label, type, name, value, onChange }: FieldProps) {
  const autoComplete = name === "username" ? "username" : "current-password";
  return (
    <label className="flex flex-col gap-1 text-muted">
      {label}
      <input
        className="control w-full"
        type={type}
        name={name}
        autoComplete={name === "token" ? "off" : autoComplete}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
