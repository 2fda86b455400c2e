import type { Environment } from "@keruta/config";
import { bounds } from "../bounds.ts";
import type { MaskingConfig } from "../config.ts";
import { LeftOutLines } from "./left-out-lines.ts";
import { LineFilter } from "./line-filter.ts";
import { LineJudge } from "./line-judge.ts";
import { MaskedStream } from "./masked-stream.ts";
import { readSecretFiles } from "./secret-files.ts";
import { SecretMasker } from "./secret-masker.ts";
import { secretNames } from "./secret-names.ts";
import { type Refusal, Secrets } from "./secrets.ts";

export interface MaskedOutputOptions {
  /** Takes what may be seen of a stream, in order, whether or not what came before has been taken. */
  readonly emit: (stream: "stdout" | "stderr", bytes: Uint8Array) => Promise<void> | undefined;
  /** Takes a line of the agent's own about what is not masked or was left out. */
  readonly say: (level: "INFO" | "WARN", text: string) => void;
  readonly nowUs: () => number;
}

/**
 * Keeps the secrets of one run out of its log. Both streams share them: what `::add-mask::` names in one is masked in
 * the other too, from when it is read there. Of the script's own doing nothing changes; what is masked is what is kept
 * or shown of its output.
 */
export class Masking {
  readonly #secrets = new Secrets();
  readonly #judge: LineJudge;
  readonly #warnings: string[] = [];
  readonly #maskers: SecretMasker[] = [];
  readonly #filters: LineFilter[] = [];
  #leftOut: LeftOutLines | undefined;
  #maskedInTexts = 0;
  #say: MaskedOutputOptions["say"] | undefined;

  /**
   * `credentials` are what the agent shows a server, as headers have them. Throws `UsageError` where a file of secrets
   * cannot be read.
   */
  constructor(
    private readonly config: MaskingConfig,
    env: Environment,
    credentials: readonly string[] = [],
  ) {
    this.#judge = new LineJudge(config);
    for (const credential of credentials)
      this.#add(credential.replace(/^Bearer /, ""), "the agent's credential", bounds.leastSecretBytes);
    for (const { path, content } of readSecretFiles(config.files))
      this.#add(content, path, bounds.leastSecretBytes);
    this.learn(env);
  }

  /** Variables the script has, as many as are known so far: those whose names say so are masked from now on. */
  learn(env: Environment): void {
    for (const name of secretNames(Object.keys(env), this.config.environment))
      this.#add(env[name] ?? "", name, bounds.leastVariableSecretBytes);
    this.#tellWarnings();
  }

  /** How often something was masked. */
  get masked(): number {
    const maskers = [...this.#maskers, ...this.#filters];
    return maskers.reduce((sum, { masked }) => sum + masked, this.#maskedInTexts);
  }

  /** Lines that were left out. */
  get leftOutLines(): number {
    return this.#leftOut?.lines ?? 0;
  }

  /** A text of the agent's own, with what is secret in it masked. */
  text(text: string): string {
    const masker = new SecretMasker({ secrets: this.#secrets, onRefused: () => {} });
    const bytes = Buffer.concat([masker.push(new TextEncoder().encode(text)), masker.end()]);
    this.#maskedInTexts += masker.masked;
    return new TextDecoder().decode(bytes);
  }

  output(options: MaskedOutputOptions): MaskedOutput {
    this.#say = options.say;
    this.#tellWarnings();
    this.#leftOut = new LeftOutLines(options.nowUs, (text) => options.say("INFO", text));
    const streams = { stdout: this.#stream("stdout", options), stderr: this.#stream("stderr", options) };
    return new MaskedOutput(streams, this.#leftOut);
  }

  #tellWarnings(): void {
    if (this.#say === undefined) return;
    for (const warning of this.#warnings.splice(0)) this.#say("WARN", warning);
  }

  #stream(stream: "stdout" | "stderr", { emit, say }: MaskedOutputOptions): MaskedStream {
    const onRefused = (why: Refusal | "long") => say("WARN", refusalText("a value of ::add-mask::", why));
    const masker = new SecretMasker({ secrets: this.#secrets, onRefused });
    this.#maskers.push(masker);
    return new MaskedStream({ masker, filter: this.#filter(), emit: (bytes) => emit(stream, bytes) });
  }

  #filter(): LineFilter | undefined {
    if (this.#judge.isIdle) return undefined;
    const filter = new LineFilter(this.#judge, (lines, bytes) => this.#leftOut?.add(lines, bytes));
    this.#filters.push(filter);
    return filter;
  }

  #add(value: string | Uint8Array, name: string, leastBytes: number): void {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    const refusal = this.#secrets.add(bytes, leastBytes);
    if (refusal !== undefined && bytes.length > 0)
      this.#warnings.push(refusalText(name, refusal, leastBytes));
  }
}

/** Both streams of a script on their way to whoever may see them. */
export class MaskedOutput {
  constructor(
    private readonly streams: Readonly<Record<"stdout" | "stderr", MaskedStream>>,
    private readonly leftOut: LeftOutLines,
  ) {}

  /** Where it returns a promise, the stream's next block must wait for it, and the block's memory is in use so long. */
  push(stream: "stdout" | "stderr", block: Uint8Array): Promise<void> | undefined {
    return this.streams[stream].push(block);
  }

  /** The output has ended: what was held back is handed on. */
  end(): void {
    this.streams.stdout.end();
    this.streams.stderr.end();
    this.leftOut.tell();
  }
}

function refusalText(
  what: string,
  why: Refusal | "long",
  leastBytes: number = bounds.leastSecretBytes,
): string {
  const reasons = {
    short: `it is shorter than ${leastBytes} bytes, and would be found in text that is not secret`,
    long: `it is longer than ${bounds.maxSecretBytes} bytes`,
    many: `there are more than ${bounds.maxSecrets} secrets`,
  };
  return `${what} is not masked: ${reasons[why]}`;
}
