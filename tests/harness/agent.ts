import { join } from "node:path";
import { Program } from "./program.ts";
import { programs } from "./programs.ts";

export interface AgentOptions {
  /** Where the agent connects to: the server, or a fault proxy before it. */
  readonly apiUrl: string;
  readonly task: string;
  readonly command: readonly string[];
  /** Further flags of `execute`. */
  readonly flags?: readonly string[];
  readonly spoolDir?: string;
  /** What to run the agent under: a command that ends in running another. */
  readonly under?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `keruta-agent execute`, in a directory of its own. */
export class Agent extends Program {
  readonly spoolDir: string;

  constructor(dir: string, options: AgentOptions) {
    const spoolDir = options.spoolDir ?? join(dir, "spool");
    const place = ["--api-url", options.apiUrl, "--spool-dir", spoolDir];
    super(
      [
        ...(options.under ?? []),
        ...programs.agent,
        "execute",
        ...["--task-id", options.task, ...place],
        ...(options.flags ?? []),
        "--",
        ...options.command,
      ],
      {
        dir,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.env === undefined ? {} : { env: options.env }),
      },
    );
    this.spoolDir = spoolDir;
  }
}

/** `keruta-agent flush`. */
export class Flush extends Program {
  constructor(dir: string, apiUrl: string, spoolDir: string) {
    super([...programs.agent, "flush", "--spool-dir", spoolDir, "--api-url", apiUrl], { dir });
  }
}
