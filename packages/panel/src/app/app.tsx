import { MissingPage } from "../pages/missing-page.tsx";
import { SignInPage } from "../pages/sign-in-page.tsx";
import { TaskListPage } from "../pages/task-list-page.tsx";
import { TaskPage } from "../pages/task-page.tsx";
import { usePanel } from "./context.tsx";
import { useObservable } from "./observable.ts";

/** The page the address names. */
export function App() {
  const { router, session } = usePanel();
  const route = useObservable(router.route);
  const isSignedOut = useObservable(session.state).state === "signed-out";
  if (isSignedOut) return <SignInPage />;
  switch (route.page) {
    case "tasks":
      return <TaskListPage />;
    case "task":
      return (
        <TaskPage key={`${route.taskId} ${route.attempt}`} taskId={route.taskId} attempt={route.attempt} />
      );
    case "missing":
      return <MissingPage />;
  }
}
