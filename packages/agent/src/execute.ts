import { hostname } from "node:os";
import { join } from "node:path";
import { Capture, runUncaptured } from "./capture.ts";
import { CommandError, commandError, scriptCommand } from "./command.ts";
import type { ExecuteConfig, StreamingConfig } from "./config.ts";
import { keepHeartbeat, uplinkOf } from "./delivery.ts";
import { drain } from "./drain.ts";
import { Leftovers } from "./leftovers.ts";
import { LogPipeline } from "./log-pipeline.ts";
import { type MaskedOutput, Masking } from "./masking/masking.ts";
import { Mirror } from "./mirror.ts";
import { thisProcess } from "./owner.ts";
import { type RunRecord, removeSpool, writeRunRecord } from "./run-record.ts";
import { say } from "./say.ts";
import { Spool } from "./spool.ts";
import { type Ending, supervise } from "./supervise.ts";
import type { Uplink } from "./uplink.ts";

/** Runs the script, its log streamed or not; resolves to the exit code that is ours. */
export function execute(config: ExecuteConfig): Promise<number> {
  return config.streaming === undefined ? runOnly(config) : new StreamedRun(config, config.streaming).run();
}

async function runOnly(config: ExecuteConfig): Promise<number> {
  try {
    const script = runUncaptured(commandOf(config));
    return (await supervise(script, { ...config, report: (_level, text) => say(text) })).exitCode;
  } catch (cause) {
    const failure = startFailure(config, cause);
    say(failure.message);
    return failure.exitCode;
  }
}

function commandOf({ run }: ExecuteConfig): readonly string[] {
  return "command" in run ? run.command : scriptCommand(run.script, run.args);
}

function startFailure({ run }: ExecuteConfig, cause: unknown): CommandError {
  if (cause instanceof CommandError) return cause;
  return commandError("command" in run ? run.command[0]! : run.script, cause as NodeJS.ErrnoException);
}

/** One attempt from its first line to the server's last acknowledgement. */
class StreamedRun {
  readonly #config: ExecuteConfig;
  readonly #streaming: StreamingConfig;
  readonly #directory: string;
  readonly #record: RunRecord;
  readonly #spool: Spool;
  readonly #uplink: Uplink;
  readonly #pipeline: LogPipeline;
  readonly #output: MaskedOutput;
  readonly #mirrors = { stdout: new Mirror(1), stderr: new Mirror(2) };
  readonly #hurried = Promise.withResolvers<undefined>();
  #blocked = 0;
  #diskWorks = true;

  constructor(config: ExecuteConfig, streaming: StreamingConfig) {
    this.#config = config;
    this.#streaming = streaming;
    const { masking: secret, server } = streaming;
    const masking = new Masking(secret, process.env, Object.values(server.credentials));
    this.#record = newRecord(config, streaming, masking);
    this.#directory = join(streaming.spoolDirectory, this.#record.runId);
    this.#spool = new Spool({
      directory: this.#directory,
      maxBytes: streaming.spoolMaxBytes,
      policy: streaming.spoolPolicy,
      onDisk: (state, cause) => queueMicrotask(() => this.#reportDisk(state, cause)),
    });
    this.#uplink = uplinkOf(this.#record, this.#spool, streaming.server, () =>
      this.#pipeline.tellPartialsAgain(),
    );
    this.#pipeline = new LogPipeline({
      ...streaming,
      nowUs,
      spool: this.#spool,
      onSpooled: () => this.#uplink.wake(),
      onPartial: (source, text) => this.#uplink.partial(source, text),
      masking,
    });
    this.#output = masking.output({
      emit: (stream, bytes) => this.#take(stream, bytes),
      say: (level, text) => this.#pipeline.say(level, text),
      nowUs,
    });
  }

  async run(): Promise<number> {
    this.#saveRecord(this.#record);
    const stopHeartbeat = keepHeartbeat(this.#directory);
    const { server, spoolDirectory } = this.#streaming;
    const leftovers = new Leftovers({ spoolDirectory, server });
    this.#uplink.start();
    this.#stopOnRefusal();
    const ending = await this.#runScript();
    const end = { ...ending.end, endedAtUs: nowUs() };
    this.#saveRecord({ ...this.#record, end });
    this.#uplink.finish(end);
    await this.#deliver(leftovers);
    stopHeartbeat();
    return ending.exitCode;
  }

  async #runScript(): Promise<Ending> {
    try {
      const capture = new Capture({
        command: commandOf(this.#config),
        onBlock: (stream, block) => this.#output.push(stream, block),
      });
      const report = (level: "WARN" | "ERROR", text: string) => this.#pipeline.say(level, text);
      const ending = await supervise(capture, { ...this.#config, report });
      this.#heedSignals();
      await this.#drain(capture);
      return ending;
    } catch (cause) {
      return this.#failToStart(startFailure(this.#config, cause));
    } finally {
      this.#output.end();
      await this.#pipeline.end();
    }
  }

  /** From now on a signal is meant for us: what is not delivered yet stays in the spool. */
  #heedSignals(): void {
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.on(signal, () => this.#hurried.resolve(undefined));
  }

  #failToStart({ message, exitCode }: CommandError): Ending {
    say(message);
    this.#pipeline.say("ERROR", message);
    return { exitCode, end: { state: "FAILED", exitCode, reason: message.slice(0, 1_024) } };
  }

  #take(stream: "stdout" | "stderr", block: Uint8Array): Promise<void> | undefined {
    const mirrored = this.#mirrors[stream].write(block);
    const room = this.#pipeline.push(stream, block);
    if (mirrored === undefined && room === undefined) return undefined;
    this.#blocked++;
    return Promise.all([mirrored, room]).then(() => {
      this.#blocked--;
    });
  }

  async #drain(capture: Capture): Promise<void> {
    const { outputGraceMs } = this.#config;
    const isDrained = await drain(capture, {
      outputGraceMs,
      blockedGraceMs: this.#streaming.drainTimeoutMs,
      isBlocked: () => this.#blocked > 0,
    });
    if (isDrained) return;
    this.#pipeline.say(
      "WARN",
      `the script has ended but something it started still holds its output: not read any further after ${outputGraceMs / 1_000} s (--output-grace)`,
    );
  }

  #stopOnRefusal(): void {
    void this.#uplink.outcome.then((outcome) => {
      if (outcome.kind === "refused")
        say(`the log is no longer sent: ${outcome.reason}; it is kept in ${this.#directory}`);
    });
  }

  async #deliver(leftovers: Leftovers): Promise<void> {
    const deadline = deadlineAfter(this.#streaming.drainTimeoutMs);
    const givenUp = Promise.race([deadline.passed, this.#hurried.promise]);
    const outcome = await Promise.race([this.#uplink.outcome, givenUp]);
    await Promise.race([leftovers.finished, givenUp]);
    deadline.cancel();
    this.#uplink.stop();
    leftovers.stop();
    await leftovers.finished;
    this.#spool.close();
    if (outcome?.kind === "ended") removeSpool(this.#directory);
    else this.#sayUndelivered();
  }

  #sayUndelivered(): void {
    const { taskId } = this.#record;
    const trouble = `the log of task ${taskId} is not all delivered (${this.#uplink.lastTrouble})`;
    if (!this.#diskWorks) return say(`${trouble}, and what could not be written to disk is lost`);
    say(`${trouble}; the rest is kept: keruta-agent flush --spool-dir ${this.#streaming.spoolDirectory}`);
  }

  #reportDisk(state: "failed" | "recovered", cause: string): void {
    this.#diskWorks = state === "recovered";
    const text = this.#diskWorks
      ? "the spool can be written again"
      : `the spool cannot be written, so the log is kept in memory only: ${cause}`;
    say(text);
    this.#pipeline.say("WARN", text);
  }

  #saveRecord(record: RunRecord): void {
    try {
      writeRunRecord(this.#directory, record);
    } catch {
      // The spool on the same disk has said so already, and goes on in memory.
    }
  }
}

function newRecord(
  { run }: ExecuteConfig,
  { taskId, server, labels }: StreamingConfig,
  masking: Masking,
): RunRecord {
  const command = "command" in run ? run.command : [run.script, ...run.args];
  return {
    version: 1,
    taskId,
    runId: crypto.randomUUID(),
    apiUrl: server.apiUrl,
    startedAtUs: nowUs(),
    host: hostname(),
    pid: process.pid,
    command: masking.text(command.join(" ")),
    labels,
    owner: thisProcess(),
  };
}

function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000);
}

function deadlineAfter(ms: number): { passed: Promise<undefined>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  return { passed: promise, cancel: () => clearTimeout(timer) };
}
