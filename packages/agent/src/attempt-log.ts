import { hostname } from "node:os";
import { join } from "node:path";
import type { Level } from "@keruta/protocol";
import type { DeliveryObserver } from "./chunk-sender.ts";
import type { CompressedChunk } from "./compressor.ts";
import type { Run, StreamingConfig } from "./config.ts";
import { keepHeartbeat, uplinkOf } from "./delivery.ts";
import type { Ending } from "./ending.ts";
import { Leftovers } from "./leftovers.ts";
import { LogPipeline } from "./log-pipeline.ts";
import { type MaskedOutput, Masking } from "./masking/masking.ts";
import { Mirror } from "./mirror.ts";
import { nowUs } from "./now-us.ts";
import { thisProcess } from "./owner.ts";
import { type RunRecord, removeSpool, writeRunRecord } from "./run-record.ts";
import { say } from "./say.ts";
import { commandText } from "./script/prepare-script.ts";
import { Spool } from "./spool.ts";
import type { Uplink, UplinkListeners } from "./uplink.ts";

export interface AttemptLogOptions extends Pick<UplinkListeners, "onWelcome" | "onInput" | "onCancel"> {
  readonly run: Run;
  readonly streaming: StreamingConfig;
  /** Counts what passes. */
  readonly observer?: AttemptObserver;
}

export interface AttemptObserver extends DeliveryObserver {
  /** Lines are in the spool. */
  spooled(header: CompressedChunk["header"]): void;
  failed(what: "connection" | "disk"): void;
}

/** The log of one attempt, from what its script printed to the server's last acknowledgement. */
export class AttemptLog {
  /** The attempt's spool. */
  readonly directory: string;
  readonly uplink: Uplink;
  readonly #streaming: StreamingConfig;
  readonly #record: RunRecord;
  readonly #spool: Spool;
  readonly #pipeline: LogPipeline;
  readonly #masking: Masking;
  readonly #output: MaskedOutput;
  readonly #leftovers: Leftovers;
  readonly #stopHeartbeat: () => void;
  readonly #mirrors = { stdout: new Mirror(1), stderr: new Mirror(2) };
  readonly #hurried = Promise.withResolvers<undefined>();
  #blocked = 0;
  #diskWorks = true;

  /** Begins to deliver, what earlier agents have left too. Throws `UsageError`. */
  constructor(private readonly options: AttemptLogOptions) {
    const { streaming, run } = options;
    const { server, spoolDirectory } = streaming;
    this.#masking = new Masking(streaming.masking, process.env, Object.values(server.credentials));
    this.#streaming = streaming;
    this.#record = newRecord(streaming, this.#masking.text(commandText(run)));
    this.directory = join(spoolDirectory, this.#record.runId);
    this.#spool = this.#openSpool();
    this.uplink = uplinkOf(this.#record, this.#spool, server, this.#listeners());
    this.#pipeline = this.#openPipeline();
    this.#output = this.#masking.output({
      emit: (stream, bytes) => this.#take(stream, bytes),
      say: (level, text) => this.#pipeline.say(level, text),
      nowUs,
    });
    this.#saveRecord(this.#record);
    this.#stopHeartbeat = keepHeartbeat(this.directory);
    this.#leftovers = new Leftovers({ spoolDirectory, server });
    this.uplink.start();
    this.#sayOfRefusal();
  }

  #openSpool(): Spool {
    return new Spool({
      directory: this.directory,
      maxBytes: this.#streaming.spoolMaxBytes,
      policy: this.#streaming.spoolPolicy,
      onDisk: (state, cause) => queueMicrotask(() => this.#reportDisk(state, cause)),
    });
  }

  #openPipeline(): LogPipeline {
    return new LogPipeline({
      ...this.#streaming,
      nowUs,
      spool: this.#spool,
      onSpooled: (header) => {
        this.options.observer?.spooled(header);
        this.uplink.wake();
      },
      onPartial: (source, text) => this.uplink.partial(source, text),
      masking: this.#masking,
    });
  }

  #listeners(): UplinkListeners {
    const { onWelcome, observer, ...others } = this.options;
    return {
      ...others,
      onWelcome: () => {
        this.#pipeline.tellPartialsAgain();
        onWelcome?.();
      },
      onUnreachable: (failedAttempts, trouble) => {
        observer?.failed("connection");
        say(
          `the server could not be reached ${failedAttempts} times (${trouble}); the log is kept, and trying goes on`,
        );
      },
      onReachable: () => say("the server is reached again"),
      ...(observer === undefined ? {} : { observer }),
    };
  }

  /** Something that was read has no place to go yet. */
  get isBlocked(): boolean {
    return this.#blocked > 0;
  }

  get diskWorks(): boolean {
    return this.#diskWorks;
  }

  get bytesOnDisk(): number {
    return this.#spool.bytesOnDisk;
  }

  /** How often something was masked. */
  get masked(): number {
    return this.#masking.masked;
  }

  /** Lines that filters left out. */
  get leftOutLines(): number {
    return this.#masking.leftOutLines;
  }

  get hasUnfinishedText(): boolean {
    return this.#pipeline.hasUnfinishedText;
  }

  /** The script is given these variables beside ours: what is secret of them is masked, too. */
  keepSecret(environment: Readonly<Record<string, string>>): void {
    this.#masking.learn(environment);
  }

  /** What the script has printed. Where it returns a promise, the stream's next block must wait for it. */
  push(stream: "stdout" | "stderr", block: Uint8Array): Promise<void> | undefined {
    return this.#output.push(stream, block);
  }

  /** Lines of the agent's own, behind what was pushed. */
  say(level: Level, text: string): void {
    this.#pipeline.say(level, text);
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

  /** Nothing more is pushed. Resolves when everything is in the spool. */
  async endOutput(): Promise<void> {
    this.#output.end();
    await this.#pipeline.end();
  }

  /** From now on a signal is meant for us: what is not delivered yet stays in the spool. */
  heedSignals(): void {
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.on(signal, () => this.#hurried.resolve(undefined));
  }

  /** The attempt has ended: delivers until the server has everything, or the time for it is over. */
  async close({ end }: Ending): Promise<void> {
    const ended = { ...end, endedAtUs: nowUs() };
    this.#saveRecord({ ...this.#record, end: ended });
    this.uplink.finish(ended);
    await this.#deliver();
    this.#stopHeartbeat();
  }

  async #deliver(): Promise<void> {
    const deadline = deadlineAfter(this.#streaming.drainTimeoutMs);
    const givenUp = Promise.race([deadline.passed, this.#hurried.promise]);
    const outcome = await Promise.race([this.uplink.outcome, givenUp]);
    await Promise.race([this.#leftovers.finished, givenUp]);
    deadline.cancel();
    this.uplink.stop();
    this.#leftovers.stop();
    await this.#leftovers.finished;
    this.#spool.close();
    if (outcome?.kind === "ended") removeSpool(this.directory);
    else this.#sayUndelivered();
  }

  #sayOfRefusal(): void {
    void this.uplink.outcome.then((outcome) => {
      if (outcome.kind === "refused")
        say(`the log is no longer sent: ${outcome.reason}; it is kept in ${this.directory}`);
    });
  }

  #sayUndelivered(): void {
    const { taskId } = this.#record;
    const trouble = `the log of task ${taskId} is not all delivered (${this.uplink.lastTrouble})`;
    if (!this.#diskWorks) return say(`${trouble}, and what could not be written to disk is lost`);
    say(`${trouble}; the rest is kept: keruta-agent flush --spool-dir ${this.#streaming.spoolDirectory}`);
  }

  #reportDisk(state: "failed" | "recovered", cause: string): void {
    this.#diskWorks = state === "recovered";
    if (!this.#diskWorks) this.options.observer?.failed("disk");
    const text = this.#diskWorks
      ? "the spool can be written again"
      : `the spool cannot be written, so the log is kept in memory only: ${cause}`;
    say(text);
    this.#pipeline.say("WARN", text);
  }

  #saveRecord(record: RunRecord): void {
    try {
      writeRunRecord(this.directory, record);
    } catch {
      // The spool on the same disk has said so already, and goes on in memory.
    }
  }
}

function newRecord({ taskId, server, labels }: StreamingConfig, command: string): RunRecord {
  return {
    version: 1,
    taskId,
    runId: crypto.randomUUID(),
    apiUrl: server.apiUrl,
    startedAtUs: nowUs(),
    host: hostname(),
    pid: process.pid,
    command,
    labels,
    owner: thisProcess(),
  };
}

function deadlineAfter(ms: number): { passed: Promise<undefined>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  return { passed: promise, cancel: () => clearTimeout(timer) };
}
