import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";

/** A command that cannot be run, and the exit code a shell would give for it. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: 126 | 127,
    message: string,
  ) {
    super(message);
  }
}

/**
 * How to run a script file: by itself if it is executable and says how, else by the interpreter its
 * first line names, else by /bin/sh, as a shell would. Throws `CommandError`.
 */
export function scriptCommand(script: string, args: readonly string[]): string[] {
  const path = resolve(script);
  const start = readStart(path, script);
  const isProgram = start.startsWith("#!") || start.startsWith("\x7fELF");
  if (isProgram && isExecutable(path)) return [path, ...args];
  return [...interpreterOf(start), path, ...args];
}

const startBytes = 256;

function readStart(path: string, script: string): string {
  try {
    if (!statSync(path).isFile()) throw new CommandError(126, `cannot run ${script}: it is not a file`);
    const fd = openSync(path, "r");
    try {
      const buffer = new Uint8Array(startBytes);
      return Buffer.from(buffer.subarray(0, readSync(fd, buffer))).toString("latin1");
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw cause instanceof CommandError ? cause : commandError(script, cause as NodeJS.ErrnoException);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The kernel takes all that follows the interpreter as one argument; so do we. */
function interpreterOf(start: string): string[] {
  const match = /^#!\s*(\S+)[ \t]*([^\n]*?)\s*(?:\n|$)/.exec(start);
  if (match === null) return ["/bin/sh"];
  return match[2] === "" ? [match[1]!] : [match[1]!, match[2]!];
}

/** What the operating system said about a command, as a sentence and a shell's exit code. */
export function commandError(command: string, cause: NodeJS.ErrnoException): CommandError {
  if (cause.code === "ENOENT")
    return new CommandError(127, `cannot run ${command}: there is no such file or command`);
  if (cause.code === "EACCES") return new CommandError(126, `cannot run ${command}: permission denied`);
  return new CommandError(126, `cannot run ${command}: ${cause.message}`);
}
