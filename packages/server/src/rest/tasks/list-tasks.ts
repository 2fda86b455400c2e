import { taskStatusOf } from "@keruta/protocol";
import { z } from "zod";
import { type Identity, maySee } from "../../identity.ts";
import { statusWord } from "../../status-words.ts";
import type { StoredTask, TaskQuery } from "../../store/log-store.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { queryNumber } from "../query-values.ts";
import { taskSchema } from "./schemas.ts";
import { type TaskParts, taskRecord } from "./task-record.ts";

const defaultLimit = 100;
const maxLimit = 1_000;

const query = z.object({
  status: statusWord.optional(),
  q: z.string().optional().meta({ description: "Part of the id or the name." }),
  search: z.string().optional().meta({ description: "The same as q." }),
  limit: queryNumber({
    min: 0,
    max: 1e9,
    absent: defaultLimit,
    description: `How many, at most ${maxLimit}.`,
  }),
  before: z.string().optional().meta({
    description: "The id of the last task of the page before: the way through a long list that changes.",
  }),
  page: queryNumber({ min: 0, max: 1e9, absent: 0, description: "Counted from 0, of pages of `size`." }),
  size: queryNumber({
    min: 1,
    max: maxLimit,
    absent: defaultLimit,
    description: "Tasks a page, where page is given.",
  }),
});

type Asked = z.output<typeof query>;

export function listTasks(parts: TaskParts): Endpoint {
  return endpoint(
    {
      summary: "Tasks, newest first",
      details: "The header X-Total-Count tells how many tasks match in all.",
      query,
      answers: { 200: json("The tasks.", z.array(taskSchema)) },
    },
    async ({ context, identity, query: asked }) => {
      const { tasks, total } = await matchingTasks(
        parts,
        identity,
        asked,
        pageOf(context.req.query(), asked),
      );
      const headers = { "X-Total-Count": String(total) };
      return context.json(
        tasks.map((task) => taskRecord(parts, task)),
        200,
        headers,
      );
    },
  );
}

type Page = Pick<TaskQuery, "limit" | "offset" | "before">;

function pageOf(given: Record<string, string>, { page, size, limit, before }: Asked): Page {
  if ("page" in given || "size" in given) return { limit: size, offset: page * size };
  return { limit: Math.min(maxLimit, limit), ...(before === undefined ? {} : { before }) };
}

async function matchingTasks(
  { store }: TaskParts,
  identity: Identity,
  { status, q, search }: Asked,
  page: Page,
): Promise<{ tasks: readonly StoredTask[]; total: number }> {
  const text = q ?? search;
  const filter = { ...(status === undefined ? {} : { status }), ...(text === undefined ? {} : { q: text }) };
  if (identity.tasks !== undefined) return ownTasks(store, identity, filter, page);
  const [tasks, total] = await Promise.all([store.tasks({ ...filter, ...page }), store.countTasks(filter)]);
  return { tasks, total };
}

/** Of somebody who sees only the tasks that their credentials name: those are few. */
async function ownTasks(
  store: TaskParts["store"],
  identity: Identity,
  filter: Pick<TaskQuery, "status" | "q">,
  { limit, offset = 0, before }: Page,
) {
  const known = await Promise.all((identity.tasks ?? []).map((taskId) => store.task(taskId)));
  const matching = known
    .filter((task) => task !== undefined)
    .filter((task) => maySee(identity, task.id) && matches(task, filter))
    .sort((a, b) => b.createdAtUs - a.createdAtUs)
    .map(withoutScript);
  const start = before === undefined ? offset : matching.findIndex(({ id }) => id === before) + 1;
  return { tasks: matching.slice(start, start + limit), total: matching.length };
}

function matches(
  { id, details, latest }: StoredTask,
  { status, q }: Pick<TaskQuery, "status" | "q">,
): boolean {
  const isStatus =
    status === undefined || status === (latest === undefined ? "PENDING" : taskStatusOf(latest));
  const holds = (text = "") => text.toLowerCase().includes((q ?? "").toLowerCase());
  return isStatus && (holds(id) || holds(details.name));
}

function withoutScript({ details: { script: _, ...details }, ...task }: StoredTask): StoredTask {
  return { ...task, details };
}
