import { useState } from "react";
import type { Ask } from "../worker/messages.ts";
import { usePanel } from "./context.tsx";

export interface Asking {
  readonly isAsking: boolean;
  /** Why the last one was refused, until the next. */
  readonly failure: string | undefined;
  /** True where the server did it. */
  readonly send: (ask: Ask) => Promise<boolean>;
}

/** Asks the server for something, and keeps how that stands for the page to show. */
export function useAsk(): Asking {
  const { asks } = usePanel();
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<string>();
  const send = async (ask: Ask) => {
    setAsking(true);
    setFailure(undefined);
    try {
      await asks.do(ask);
      return true;
    } catch (error) {
      setFailure((error as Error).message);
      return false;
    } finally {
      setAsking(false);
    }
  };
  return { isAsking, failure, send };
}
