import { type ReactNode, useState } from "react";
import { useMessages } from "../app/context.tsx";
import { type Asking, useAsk } from "../app/use-ask.ts";
import { PageHeader } from "../parts/page-header.tsx";
import { useTitle } from "../parts/use-title.ts";
import type { Ask } from "../worker/messages.ts";

/** Where the server wants to know who is looking. What is typed goes to the server, which answers with a cookie. */
export function SignInPage() {
  const { signIn: words } = useMessages();
  useTitle(`${words.title} · keruta`);
  return (
    <div className="flex h-full flex-col">
      <PageHeader />
      <main className="flex flex-1 items-center justify-center p-6">
        <div data-part="sign-in" className="flex w-full max-w-80 flex-col gap-4">
          <h1 className="text-[20px] leading-7 font-semibold">{words.title}</h1>
          <p className="text-muted">{words.hint}</p>
          <ByToken />
          <p className="text-center text-muted">{words.or}</p>
          <ByPassword />
        </div>
      </main>
    </div>
  );
}

function ByToken() {
  const { signIn: words } = useMessages();
  const asking = useAsk();
  const [token, setToken] = useState("");
  return (
    <Form asking={asking} ask={{ ask: "sign-in", token }}>
      <Field label={words.token} name="token" value={token} onChange={setToken} isSecret fill="off" />
    </Form>
  );
}

function ByPassword() {
  const { signIn: words } = useMessages();
  const asking = useAsk();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  return (
    <Form asking={asking} ask={{ ask: "sign-in", username, password }}>
      <Field label={words.username} name="username" value={username} onChange={setUsername} fill="username" />
      <Field
        label={words.password}
        name="password"
        value={password}
        onChange={setPassword}
        isSecret
        fill="current-password"
      />
    </Form>
  );
}

interface FormProps {
  readonly asking: Asking;
  readonly ask: Ask;
  readonly children: ReactNode;
}

function Form({ asking, ask, children }: FormProps) {
  const { signIn: words } = useMessages();
  const submit = async () => {
    // Everything was refused until now, so everything is begun again.
    if (await asking.send(ask)) window.location.reload();
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {children}
      {asking.failure === undefined ? null : (
        <p role="alert" className="text-error">
          {asking.failure}
        </p>
      )}
      <button type="submit" className="control justify-center" disabled={asking.isAsking}>
        {words.act}
      </button>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isSecret?: boolean;
  /** What a browser may fill in. */
  readonly fill: "off" | "username" | "current-password";
}

function Field({ label, name, value, onChange, isSecret = false, fill }: FieldProps) {
  return (
    <label className="flex flex-col gap-1 text-muted">
      {label}
      <input
        className="control w-full"
        type={isSecret ? "password" : "text"}
        name={name}
        required
        autoComplete={fill}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
