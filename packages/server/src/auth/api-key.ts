import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** `krt_<id>_<secret>`: the id may be shown, and names the key where it is listed or revoked. */
const pattern = /^krt_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

const idBytes = 6;
/** 256 random bits cannot be guessed, so a plain SHA-256 at rest is as good as a slow hash, and costs a request nothing. */
const secretBytes = 32;

export interface NewApiKey {
  readonly id: string;
  /** Shown once, and kept nowhere. */
  readonly text: string;
  readonly sha256: string;
}

export function newApiKey(): NewApiKey {
  const id = randomBytes(idBytes).toString("hex");
  const text = `krt_${id}_${randomBytes(secretBytes).toString("base64url")}`;
  return { id, text, sha256: sha256(text).toString("hex") };
}

export function isApiKey(text: string): boolean {
  return pattern.test(text);
}

/** Undefined: it is not written as a key is. */
export function idOfApiKey(text: string): string | undefined {
  return pattern.exec(text)?.[1];
}

/** Takes as long wherever they differ. */
export function isKeyOf(text: string, storedSha256: string): boolean {
  return timingSafeEqual(sha256(text), Buffer.from(storedSha256, "hex"));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
