import { Garbage } from "../garbage.ts";

/** What fails while the server stops is tried again after this. */
const hurriedPauseMs = 100;

/** A message is text, then an object, then a line of a chunk. */
const collectEveryLength = 8 * 1024 * 1024;

/** What has arrived from JSON producers and is not stored yet, over all connections: a graceful stop waits for it. */
export class UnfinishedWork {
  readonly #works = new Set<Promise<void>>();
  readonly #hurry = Promise.withResolvers<void>();
  readonly #garbage = new Garbage(collectEveryLength);
  #isHurried = false;

  /** From here on nothing is paced: what is waiting is to be stored now. */
  get isHurried(): boolean {
    return this.#isHurried;
  }

  /** Answers what to call when the work is done. */
  begin(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#works.add(promise);
    promise.then(() => this.#works.delete(promise));
    return resolve;
  }

  /** Messages of this length together are done with. */
  done(length: number): void {
    this.#garbage.made(length);
  }

  /** Waits for so long, or until there is hurry. */
  async pause(ms: number): Promise<void> {
    if (this.#isHurried) await Bun.sleep(Math.min(ms, hurriedPauseMs));
    else await Promise.race([Bun.sleep(ms), this.#hurry.promise]);
  }

  /** Resolves when there is none left. */
  async finish(): Promise<void> {
    this.#isHurried = true;
    this.#hurry.resolve();
    while (this.#works.size > 0) await Promise.all(this.#works);
  }
}
