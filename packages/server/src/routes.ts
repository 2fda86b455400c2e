import { isTaskId } from "@keruta/protocol";
import { Hono } from "hono";
import type { SocketPlace } from "./connection.ts";
import type { Logger } from "./logger.ts";
import type { MetricsReader } from "./metrics-reader.ts";
import type { PanelAssets } from "./panel-assets.ts";
import type { Action } from "./permissions.ts";
import type { RequestEnv } from "./request-env.ts";
import { answerError } from "./rest/answer-error.ts";
import type { ApiRoute, Method } from "./rest/api-route.ts";
import { canonicalPath } from "./rest/canonical-path.ts";
import { collectGarbage, cpuProfile, fromHere, heapSnapshot } from "./rest/debug.ts";
import type { Endpoint } from "./rest/endpoint.ts";
import { health } from "./rest/health.ts";
import { isWaiting, reportWaiting } from "./rest/input/input-waiting.ts";
import { sendInput } from "./rest/input/send-input.ts";
import { takeInput } from "./rest/input/take-input.ts";
import { countLogs } from "./rest/logs/count-logs.ts";
import { deleteLogs } from "./rest/logs/delete-logs.ts";
import { exportLogs } from "./rest/logs/export-logs.ts";
import { listLogs } from "./rest/logs/list-logs.ts";
import { logStatistics } from "./rest/logs/log-stats.ts";
import type { PaceLines } from "./rest/logs/submit-logs.ts";
import { submitLogs } from "./rest/logs/submit-logs.ts";
import { UnitIndexes } from "./rest/logs/unit-index.ts";
import { metrics } from "./rest/metrics.ts";
import { apiRoot, mount } from "./rest/mount.ts";
import { serveDocument } from "./rest/openapi/serve-document.ts";
import { servePanel } from "./rest/panel.ts";
import { ready } from "./rest/ready.ts";
import { referenceFile, referencePage } from "./rest/reference/reference-page.ts";
import { closeSession, login, openSession, refresh, type SignInAnswers, whoAmI } from "./rest/sign-in.ts";
import { switchedOff } from "./rest/switched-off.ts";
import { listAttempts } from "./rest/tasks/attempts.ts";
import { cancelTask } from "./rest/tasks/cancel-task.ts";
import { createTask } from "./rest/tasks/create-task.ts";
import { deleteTask } from "./rest/tasks/delete-task.ts";
import { editTask } from "./rest/tasks/edit-task.ts";
import { getTask } from "./rest/tasks/get-task.ts";
import { listTasks } from "./rest/tasks/list-tasks.ts";
import { getManifest } from "./rest/tasks/manifest.ts";
import { reportError, reportProgress } from "./rest/tasks/reports.ts";
import { getScript, putScript } from "./rest/tasks/scripts.ts";
import { getSegment } from "./rest/tasks/segment.ts";
import { moveTo, setStatus } from "./rest/tasks/set-status.ts";
import type { TaskParts } from "./rest/tasks/task-record.ts";
import type { TaskActions } from "./task-actions.ts";

export interface RouteParts extends TaskParts {
  readonly actions: TaskActions;
  readonly signIn: SignInAnswers;
  readonly paceLines: PaceLines;
  readonly isStopping: () => boolean;
  /** Absent: there is no `/metrics`. */
  readonly metricsReader: MetricsReader | undefined;
  /** Whether the runtime's profiles may be asked for. */
  readonly debug: boolean;
  /** Absent: the API only. */
  readonly panel: PanelAssets | undefined;
  readonly logger: Logger;
}

/** Every URL. HEAD is answered where GET is; other spellings of an address are made this one by `canonicalPath`. */
export function httpRoutes(parts: RouteParts): Hono<{ Bindings: RequestEnv }> {
  const app = new Hono<{ Bindings: RequestEnv }>({ getPath: canonicalPath });
  const atRoot = rootRoutes(parts);
  const inApi = apiRoutes(parts, atRoot);
  mount(app, "", atRoot);
  mount(app, apiRoot, inApi);
  app.get("*", servePanel(parts.panel));
  app.notFound(servePanel(undefined));
  app.onError(answerError(parts.logger));
  return app;
}

/** What those who run the server ask, at the addresses they expect. */
function rootRoutes({ store, isStopping, metricsReader, debug }: RouteParts): readonly ApiRoute[] {
  const figures = metricsReader === undefined ? switchedOff("--metrics") : metrics(metricsReader);
  const ifDebug = (profile: Endpoint) => (debug ? fromHere(profile) : switchedOff("--debug"));
  return [
    get("/health", "anybody", health),
    get("/ready", "anybody", ready(store, isStopping)),
    get("/metrics", "metrics.read", figures),
    get("/debug/pprof/heap", "debug", ifDebug(heapSnapshot)),
    get("/debug/pprof/profile", "debug", ifDebug(cpuProfile)),
    post("/debug/gc", "debug", ifDebug(collectGarbage)),
  ];
}

/** The API, below `apiRoot`: what is asked with which right, and who answers. Its document tells of `atRoot` too. */
function apiRoutes(parts: RouteParts, atRoot: readonly ApiRoute[]): readonly ApiRoute[] {
  const { store, actions, signIn } = parts;
  const logs = { store, indexes: new UnitIndexes(store) };
  const routes: readonly ApiRoute[] = [
    get("/tasks", "read", listTasks(parts)),
    post("/tasks", "tasks.create", createTask(parts, actions)),
    get("/tasks/{taskId}", "read", getTask(parts)),
    put("/tasks/{taskId}", "tasks.edit", editTask(parts, actions)),
    patch("/tasks/{taskId}", "tasks.edit", editTask(parts, actions)),
    remove("/tasks/{taskId}", "tasks.delete", deleteTask(actions)),

    get("/tasks/{taskId}/script", "read", getScript(parts)),
    put("/tasks/{taskId}/script", "tasks.edit", putScript(parts, actions)),
    put("/tasks/{taskId}/status", "status.set", setStatus(parts, actions)),
    patch("/tasks/{taskId}/status", "status.set", setStatus(parts, actions)),
    post("/tasks/{taskId}/start", "status.set", moveTo("PROCESSING", parts, actions)),
    post("/tasks/{taskId}/retry", "status.set", moveTo("PROCESSING", parts, actions)),
    post("/tasks/{taskId}/complete", "status.set", moveTo("COMPLETED", parts, actions)),
    post("/tasks/{taskId}/fail", "status.set", moveTo("FAILED", parts, actions)),
    put("/tasks/{taskId}/progress", "status.set", reportProgress(actions)),
    patch("/tasks/{taskId}/progress", "status.set", reportProgress(actions)),
    post("/tasks/{taskId}/errors", "status.set", reportError(actions)),
    post("/tasks/{taskId}/cancel", "cancel", cancelTask(parts, actions)),

    post("/tasks/{taskId}/input", "input.send", sendInput(store, actions)),
    get("/tasks/{taskId}/input", "input.take", takeInput(actions)),
    get("/tasks/{taskId}/input-waiting", "read", isWaiting(parts)),
    post("/tasks/{taskId}/input-waiting", "status.set", reportWaiting(actions)),
    post("/tasks/{taskId}/input-request", "status.set", reportWaiting(actions)),

    get("/tasks/{taskId}/logs", "read", listLogs(logs)),
    post("/tasks/{taskId}/logs", "logs.publish", submitLogs(actions, parts.paceLines)),
    remove("/tasks/{taskId}/logs", "logs.delete", deleteLogs(actions)),
    get("/tasks/{taskId}/logs/stats", "read", logStatistics(logs)),
    get("/tasks/{taskId}/logs/count", "read", countLogs(logs)),
    get("/tasks/{taskId}/logs/export", "read", exportLogs(logs, parts.logger)),

    get("/tasks/{taskId}/attempts", "read", listAttempts(parts)),
    get("/tasks/{taskId}/attempts/{attempt}/manifest", "read", getManifest(parts)),
    get("/tasks/{taskId}/attempts/{attempt}/segments/{segment}", "read", getSegment(store)),

    post("/auth/login", "anybody", login(signIn)),
    post("/auth/refresh", "anybody", refresh(signIn)),
    post("/auth/session", "anybody", openSession(signIn)),
    remove("/auth/session", "anybody", closeSession(signIn)),
    get("/auth/me", "known", whoAmI(signIn)),

    get("/health", "anybody", health),
    get(
      "/openapi.json",
      "anybody",
      serveDocument(() => ({ "": atRoot, [apiRoot]: routes })),
    ),
    get("/docs", "anybody", referencePage(apiRoot)),
    get("/docs/{file}", "anybody", referenceFile(apiRoot)),
  ];
  return routes;
}

type MakeRoute = (path: string, action: Action | "known" | "anybody", endpoint: Endpoint) => ApiRoute;

const get = routeBy("get");
const post = routeBy("post");
const put = routeBy("put");
const patch = routeBy("patch");
const remove = routeBy("delete");

function routeBy(method: Method): MakeRoute {
  return (path, action, endpoint) => ({ method, path, action, endpoint });
}

/** Every socket. Undefined: not an address of one. */
export function socketPlace(path: string): SocketPlace | "invalid" | undefined {
  if (path === "/ws/tasks/status") return { taskId: undefined, isStatus: true };
  if (/^\/ws\/(tasks|agent|agents\/[^/]+\/logs)\/?$/.test(path)) return { taskId: undefined };
  const [, encoded] = /^\/ws\/tasks\/([^/]+)$/.exec(path) ?? [];
  if (encoded === undefined) return undefined;
  const taskId = decoded(encoded);
  return taskId !== undefined && isTaskId(taskId) ? { taskId } : "invalid";
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
