import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { TlsSettings } from "../config.ts";
import { StartError } from "../start-error.ts";

/** What `Bun.serve` wants. Throws StartError that says which file is wrong and how. */
export function readTls({ certFile, keyFile }: TlsSettings): { cert: string; key: string } {
  const cert = read(certFile, "certificate", (pem) => new X509Certificate(pem));
  const key = read(keyFile, "private key", createPrivateKey);
  if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return { cert, key };
  throw new StartError(`cannot use TLS: ${keyFile} is not the private key of the certificate in ${certFile}`);
}

function read(path: string, what: string, parse: (pem: string) => unknown): string {
  try {
    const pem = readFileSync(path, "utf8");
    parse(pem);
    return pem;
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string };
    const why = code === "ENOENT" || code === "EACCES" ? message : "it must be a PEM file";
    throw new StartError(`cannot use ${path} as the ${what} for TLS: ${why}`, { cause });
  }
}
