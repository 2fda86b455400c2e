import { Program } from "./program.ts";
import { programs } from "./programs.ts";

/** `keruta` with any arguments. */
export class Cli extends Program {
  constructor(dir: string, args: readonly string[], cwd = dir) {
    super([...programs.keruta, ...args], { dir, cwd });
  }

  /** Waits for the end and hands over what it printed; throws where it failed. */
  async output(): Promise<string> {
    const { code } = await this.ended();
    if (code !== 0) throw new Error(`${this.stderr()}(exit code ${code})`);
    return this.stdout();
  }
}
