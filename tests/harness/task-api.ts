import type { TaskRecord } from "@keruta/protocol";

/** The REST interface of one task, as any program would use it. */
export class TaskApi {
  constructor(
    private readonly serverUrl: () => string,
    private readonly task: string,
  ) {}

  async record(): Promise<TaskRecord> {
    return (await this.ask("GET", "")).json() as Promise<TaskRecord>;
  }

  /** Rejects where the server is away or did not take them; then it is not known whether they are stored. */
  async submit(messages: readonly string[]): Promise<{ firstSequence: number; lastSequence: number }> {
    const logs = messages.map((message) => ({ source: "agent", level: "INFO", message }));
    const answer = await this.ask("POST", "/logs", { logs });
    if (answer.status !== 201) throw new Error(`cannot submit: HTTP ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<{ firstSequence: number; lastSequence: number }>;
  }

  ask(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${this.serverUrl()}/api/v1/tasks/${encodeURIComponent(this.task)}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
