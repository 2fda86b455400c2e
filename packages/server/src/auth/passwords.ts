import type { UserSettings } from "../auth-settings.ts";
import { RateLimitError } from "../rate-limit-error.ts";
import { StartError } from "../start-error.ts";
import { refused } from "./credential.ts";

/** Hashing takes tens of MiB and a tenth of a second by intention, so log-ins take turns, and not too many wait. */
const maxWaiting = 32;
const retryAfterMs = 5_000;

/** Longer than any password: what is longer is not hashed. */
const maxPasswordLength = 1_024;

const hashPattern = /^\$(argon2id?|argon2d|2[aby])\$/;

/** Who may log in by name and password. */
export class Passwords {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Throws StartError for what is no hash: a password that was written down instead would fit nobody. */
  constructor(private readonly users: readonly UserSettings[]) {
    const wrong = users.find(({ passwordHash }) => !hashPattern.test(passwordHash));
    if (wrong !== undefined)
      throw new StartError(
        `the passwordHash of user ${wrong.username} is not a hash: \`keruta password\` makes one`,
      );
  }

  get isUsed(): boolean {
    return this.users.length > 0;
  }

  find(username: string): UserSettings | undefined {
    return this.users.find((user) => user.username === username);
  }

  /** Throws UNAUTHORIZED, the same for an unknown name as for a wrong password and after the same time. */
  async check(username: string, password: string): Promise<UserSettings> {
    const user = this.find(username);
    // Somebody's hash is computed in any case, so that how long it takes does not tell which names there are.
    const { passwordHash } = user ?? this.users[0] ?? { passwordHash: undefined };
    const isRight = passwordHash !== undefined && (await this.#inTurn(() => verify(password, passwordHash)));
    if (user === undefined || !isRight) throw refused("the name or the password is wrong");
    return user;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= maxWaiting) throw new RateLimitError("log-ins at once", retryAfterMs);
    this.#waiting++;
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine.finally(() => {
      this.#waiting--;
    });
  }
}

async function verify(password: string, hash: string): Promise<boolean> {
  return (
    password.length <= maxPasswordLength && (await Bun.password.verify(password, hash).catch(() => false))
  );
}
