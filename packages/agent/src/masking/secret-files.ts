import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { bounds } from "../bounds.ts";
import { UsageError } from "../config.ts";

export interface SecretFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/**
 * The contents of files; of a directory, those of the files in it, as Kubernetes mounts secrets. Throws `UsageError`
 * where one cannot be read: a log whose secrets are not known must not be sent.
 */
export function readSecretFiles(paths: readonly string[]): SecretFile[] {
  return paths.flatMap((path) => filesAt(path).map((file) => ({ path: file, content: read(file) })));
}

function filesAt(path: string): string[] {
  return attempt(path, () => {
    if (!statSync(path).isDirectory()) return [path];
    // Kubernetes keeps the mounted versions in hidden directories (`..data`) that the names are links into.
    const inside = readdirSync(path)
      .filter((name) => !name.startsWith(".."))
      .map((name) => join(path, name));
    return inside.filter((file) => statSync(file).isFile());
  });
}

function read(file: string): Uint8Array {
  return attempt(file, () => {
    const { size } = statSync(file);
    if (size > bounds.maxSecretBytes)
      throw new Error(`it is ${size} bytes long, and a secret may have ${bounds.maxSecretBytes}`);
    return readFileSync(file);
  });
}

function attempt<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    throw new UsageError(`cannot read the secret in ${path}: ${(cause as Error).message}`);
  }
}
