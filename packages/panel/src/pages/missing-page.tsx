import { useMessages } from "../app/context.tsx";
import { Link } from "../parts/link.tsx";
import { Notice } from "../parts/notice.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { useTitle } from "../parts/use-title.ts";

export function MissingPage() {
  const words = useMessages();
  useTitle(`${words.pageNotFound} · keruta`);
  return (
    <div className="flex h-full flex-col">
      <PageHeader />
      <main className="flex flex-1 flex-col">
        <h1 className="sr-only">{words.pageNotFound}</h1>
        <Notice title={words.pageNotFound}>
          <Link to={{ page: "tasks" }} className="text-link underline">
            {words.backToTasks}
          </Link>
        </Notice>
      </main>
    </div>
  );
}
