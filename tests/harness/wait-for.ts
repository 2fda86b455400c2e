const pollMs = 10;

/**
 * Waits until `condition` gives something other than false, null or undefined, and gives that back.
 * The time limit is there so that a broken program fails a test instead of hanging it; nothing is
 * asserted about how long a working one takes.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = 30_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined)
      return value as Exclude<T, false | null | undefined>;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await Bun.sleep(pollMs);
  }
}

/** Waits until `read` has given the same value for `quietMs`. */
export async function waitUntilStill(what: string, read: () => number, quietMs = 400): Promise<number> {
  let value = read();
  let since = Date.now();
  return waitFor(`${what} to stand still`, () => {
    const now = read();
    if (now !== value) since = Date.now();
    value = now;
    return Date.now() - since >= quietMs && value;
  });
}

/** A promise that fails with a sentence instead of waiting for ever. */
export function within<T>(what: string, promise: Promise<T>, limitMs = 60_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limitMs} ms in vain for ${what}`)), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
