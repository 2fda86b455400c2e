import { isTaskId } from "@keruta/protocol";
import { Hono } from "hono";
import type { SocketPlace } from "./connection.ts";
import type { Logger } from "./logger.ts";
import type { PanelAssets } from "./panel-assets.ts";
import { answerError } from "./rest/answer-error.ts";
import { listAttempts } from "./rest/attempts.ts";
import { health } from "./rest/health.ts";
import { getManifest } from "./rest/manifest.ts";
import { servePanel } from "./rest/panel.ts";
import type { RestParts } from "./rest/records.ts";
import { getSegment } from "./rest/segment.ts";
import { getTask, listTasks } from "./rest/tasks.ts";

/** Every URL. Hono answers HEAD where it answers GET. */
export function httpRoutes(parts: RestParts, panel: PanelAssets | undefined, logger: Logger): Hono {
  const app = new Hono();
  app.get("/health", health);
  app.get("/api/health", health);
  app.get("/api/v1/health", health);
  app.get("/api/v1/tasks", listTasks(parts));
  app.get("/api/v1/tasks/:id", getTask(parts));
  app.get("/api/v1/tasks/:id/attempts", listAttempts(parts));
  app.get("/api/v1/tasks/:id/attempts/:attempt/manifest", getManifest(parts));
  app.get("/api/v1/tasks/:id/attempts/:attempt/segments/:segment", getSegment(parts));
  app.get("*", servePanel(panel));
  app.notFound(servePanel(undefined));
  app.onError(answerError(logger));
  return app;
}

/** Every socket. Undefined: not an address of one. */
export function socketPlace(path: string): SocketPlace | "invalid" | undefined {
  if (path === "/ws/tasks/status") return { taskId: undefined };
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
