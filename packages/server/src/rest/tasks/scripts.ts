import { KerutaError } from "@keruta/protocol";
import { z } from "zod";
import { FieldsError } from "../../fields-error.ts";
import { isoTime } from "../../iso-time.ts";
import { nowUs } from "../../now-us.ts";
import type { TaskScript } from "../../store/log-store.ts";
import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { findTask } from "./get-task.ts";
import { contentOf, type TaskParts } from "./task-record.ts";
import { maxTaskBodyBytes, scriptOf, scriptRequest } from "./task-request.ts";

const object = z.record(z.string(), z.unknown());

const scriptAnswer = z
  .object({
    success: z.literal(true),
    taskId: z.string(),
    script: z.object({
      content: z.string().meta({ description: "What an agent runs: the content, else the executeScript." }),
      language: z.string(),
      filename: z.string(),
      parameters: object,
      installScript: z.string().optional(),
      executeScript: z.string().optional(),
      cleanupScript: z.string().optional(),
    }),
    environment: z.record(z.string(), z.string()).meta({ description: "What parameters.env holds." }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "TaskScript" });

/** By the language, where no file name was given. */
const extensions: Readonly<Record<string, string>> = { python: "py", node: "js", javascript: "js", go: "go" };

export function getScript(parts: TaskParts): Endpoint {
  return endpoint(
    {
      summary: "A task's script",
      answers: { 200: json("The script.", scriptAnswer) },
      errors: ["RESOURCE_NOT_FOUND"],
    },
    async ({ context, path: { taskId } }) => {
      const { script } = (await findTask(parts, taskId)).details;
      const content = contentOf(script);
      if (script === undefined || content === undefined)
        throw new KerutaError("RESOURCE_NOT_FOUND", `task ${taskId} has no script`);
      return context.json(answerOf(taskId, script, content));
    },
  );
}

export function putScript(parts: TaskParts, actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Give a task a script",
      details: "In the place of the one it had.",
      body: { schema: scriptRequest, maxBytes: maxTaskBodyBytes },
      answers: { 200: json("The script.", scriptAnswer) },
    },
    async ({ context, path: { taskId }, body }) => {
      const before = (await findTask(parts, taskId)).details.script;
      const now = nowUs();
      const script = scriptOf(body, { createdAtUs: before?.createdAtUs ?? now, updatedAtUs: now });
      const content = contentOf(script);
      if (content === undefined)
        throw new FieldsError("VALIDATION_ERROR", "there is nothing to run", {
          content: "is missing, and so is executeScript",
        });
      await actions.updateTask(taskId, { script });
      return context.json(answerOf(taskId, script, content));
    },
  );
}

function answerOf(taskId: string, script: TaskScript, content: string): z.output<typeof scriptAnswer> {
  const { createdAtUs, updatedAtUs, language = "bash", parameters = {}, ...others } = script;
  const filename = others.filename ?? `script.${extensions[language] ?? "sh"}`;
  return {
    success: true,
    taskId,
    script: { ...others, content, language, filename, parameters },
    environment: environmentOf(parameters),
    createdAt: isoTime(createdAtUs),
    updatedAt: isoTime(updatedAtUs),
  };
}

function environmentOf({ env }: Readonly<Record<string, unknown>>): Record<string, string> {
  if (typeof env !== "object" || env === null || Array.isArray(env)) return {};
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
}
