import { levels } from "@keruta/protocol";
import { AttemptLog } from "./attempt-log.ts";
import { Capture, type CapturedScript } from "./capture.ts";
import type { ExecuteConfig, StreamingConfig } from "./config.ts";
import { drain } from "./drain.ts";
import { type Ending, endingBeforeStart } from "./ending.ts";
import { LocalSocket } from "./local-socket/local-socket.ts";
import { settledOutput } from "./local-socket/settled-output.ts";
import { type LogRequest, socketVariable } from "./local-socket/socket-request.ts";
import type { Monitor } from "./metrics/monitor.ts";
import { say } from "./say.ts";
import { prepareScript } from "./script/prepare-script.ts";
import type { PreparedScript } from "./script/prepared-script.ts";
import { startFailure } from "./start-failure.ts";
import { findBlocked } from "./stdin/blocked-on-input.ts";
import { InputQueue } from "./stdin/input-queue.ts";
import { type StdinSource, stdinSource } from "./stdin/stdin-source.ts";
import { WaitingWatch } from "./stdin/waiting-watch.ts";
import type { StopRequest, StopRequests } from "./stop-requests.ts";
import { cancelText, supervise } from "./supervise.ts";
import { surroundingsOf } from "./surroundings.ts";

/** One attempt: a script that is run, fed and ended, and its log. */
export class StreamedRun {
  readonly #stdin: StdinSource;
  readonly #log: AttemptLog;
  readonly #inputs: InputQueue;
  #hasWaited = false;
  #script: CapturedScript | undefined;
  #watch: WaitingWatch | undefined;

  /** Throws `UsageError`. */
  constructor(
    private readonly config: ExecuteConfig,
    private readonly streaming: StreamingConfig,
    private readonly stops: StopRequests,
    monitor?: Monitor,
  ) {
    this.#stdin = stdinSource(config.stdin);
    this.#inputs = new InputQueue({
      answer: (id, refused) => this.#log.uplink.inputTaken(id, refused),
      onWritten: () => this.#watch?.active(),
    });
    this.#log = new AttemptLog({
      run: config.run,
      streaming,
      onWelcome: () => this.#tellWaiting(),
      onInput: (message) => this.#inputs.offer(message),
      onCancel: (message) => this.stops.cancel(message),
      ...(monitor === undefined ? {} : { observer: monitor.metrics }),
    });
    monitor?.watch(this.#log);
  }

  async run(): Promise<number> {
    const ending = await this.#runScript();
    await this.#log.close(ending);
    return ending.exitCode;
  }

  async #runScript(): Promise<Ending> {
    const socket = this.#openSocket();
    let prepared: PreparedScript | undefined;
    try {
      prepared = await this.#prepare();
      if (prepared.environment !== undefined) this.#log.keepSecret(prepared.environment);
      if (this.stops.first !== undefined) return this.#stoppedBeforeStart(this.stops.first);
      // What reading settings and making the parts has left behind: 0.6 MiB for as long as the script is quiet, 2 ms now.
      Bun.gc(true);
      const script = await this.#start(prepared, socket);
      const ending = await this.#supervise(script, prepared);
      this.#log.heedSignals();
      await this.#drain(script);
      return ending;
    } catch (cause) {
      return this.stops.first === undefined
        ? this.#failedToStart(cause)
        : this.#stoppedBeforeStart(this.stops.first);
    } finally {
      socket?.close();
      prepared?.remove?.();
      await this.#log.endOutput();
    }
  }

  #prepare(): Promise<PreparedScript> {
    const fetching = new AbortController();
    void this.stops.asked.then((request) => fetching.abort(request));
    return prepareScript(this.config.run, fetching.signal);
  }

  #openSocket(): LocalSocket | undefined {
    return LocalSocket.open({ directory: this.#log.directory, onLog: (request) => this.#addLine(request) });
  }

  /** Behind everything that was printed before it was asked for. */
  async #addLine({ level, message }: LogRequest): Promise<void> {
    if (levels.indexOf(level) < levels.indexOf(this.config.leastOwnLevel)) return;
    await settledOutput({ script: () => this.#script, isBlocked: () => this.#log.isBlocked });
    this.#log.say(level, message);
  }

  async #start(prepared: PreparedScript, socket: LocalSocket | undefined): Promise<CapturedScript> {
    const script = await this.#spawn(prepared, socket);
    this.#script = script;
    if (script.input === undefined || this.#stdin === "none") this.#inputs.refuse(refusals[this.#stdin]);
    else this.#inputs.open(script.input);
    if (script.input !== undefined && this.config.detectInput)
      this.#watchInput(script.pid, script.input.names);
    return script;
  }

  async #spawn(prepared: PreparedScript, socket: LocalSocket | undefined): Promise<CapturedScript> {
    const options = {
      ...surroundingsOf(prepared, this.#variables(socket)),
      command: prepared.command,
      stdin: this.#stdin,
      onBlock: (stream: "stdout" | "stderr", block: Uint8Array) => {
        this.#watch?.active();
        return this.#log.push(stream, block);
      },
    };
    if (!this.config.pty) return new Capture(options);
    const { runOnTerminal } = await import("./pty/run-on-terminal.ts");
    return runOnTerminal({ ...options, size: this.config.windowSize });
  }

  /** What `keruta-agent log` in the script needs; nothing else of its environment is ours. */
  #variables(socket: LocalSocket | undefined): Record<string, string> {
    return {
      ...(process.env["KERUTA_TASK_ID"] ? {} : { KERUTA_TASK_ID: this.streaming.taskId }),
      ...(socket === undefined ? {} : { [socketVariable]: socket.path }),
    };
  }

  #watchInput(pid: number, names: readonly string[]): void {
    this.#watch = new WaitingWatch({
      look: () => findBlocked(pid, names),
      hasUnfinishedText: () => this.#log.hasUnfinishedText,
      nowMs: () => performance.now(),
      tell: () => this.#tellWaiting(),
    });
  }

  /** Nothing is said of a script that has never waited. */
  #tellWaiting(): void {
    const isWaiting = this.#watch?.isWaiting ?? false;
    this.#hasWaited ||= isWaiting;
    if (this.#hasWaited) this.#log.uplink.waiting(isWaiting);
  }

  async #supervise(script: CapturedScript, prepared: PreparedScript): Promise<Ending> {
    const ending = await supervise(script, {
      stops: this.stops,
      timeoutMs: this.config.timeoutMs || (prepared.timeoutMs ?? 0),
      killGraceMs: this.config.killGraceMs,
      report: (level, text) => this.#log.say(level, text),
    });
    this.#watch?.stop();
    return ending;
  }

  async #drain(script: CapturedScript): Promise<void> {
    const { outputGraceMs } = this.config;
    const isDrained = await drain(script, {
      outputGraceMs,
      blockedGraceMs: this.streaming.drainTimeoutMs,
      isBlocked: () => this.#log.isBlocked,
    });
    if (isDrained) return;
    this.#log.say(
      "WARN",
      `the script has ended but something it started still holds its output: not read any further after ${outputGraceMs / 1_000} s (--output-grace)`,
    );
  }

  #failedToStart(cause: unknown): Ending {
    const { message, ending } = startFailure(this.config.run, cause);
    say(message);
    this.#log.say("ERROR", message);
    return ending;
  }

  #stoppedBeforeStart(request: StopRequest): Ending {
    const why = request.kind === "cancel" ? cancelText(request) : `${request.signal} received`;
    this.#log.say("WARN", `${why}: the script is not started`);
    return endingBeforeStart(request);
  }
}

const refusals: Readonly<Record<StdinSource, string>> = {
  server: "the script has no standard input",
  inherit:
    "the script reads the agent's own standard input; to send it input, run the agent with --stdin server",
  none: "the script has no standard input (--stdin none)",
};
