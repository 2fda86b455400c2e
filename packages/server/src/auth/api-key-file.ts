import {
  appendFileSync,
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { type Role, roles } from "../identity.ts";

/** A key as it is kept: without the key itself. */
export interface StoredApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly tasks?: readonly string[];
  /** Of the whole text of the key, as 64 hex digits. */
  readonly sha256: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
}

/** Nobody but its owner has any business with it. */
const fileMode = 0o600;

/** One JSON object a line. Throws "line 3 of keys.jsonl: <what is wrong>", or the system's error. */
export function readApiKeys(path: string): StoredApiKey[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.flatMap((line, at) => (line.trim() === "" ? [] : [parsed(line, `line ${at + 1} of ${path}`)]));
}

/** Behind those that are there; durable when it returns. */
export function addApiKey(path: string, key: StoredApiKey): void {
  appendFileSync(path, `${JSON.stringify(key)}\n`, { mode: fileMode, flush: true });
}

/** Replaces the file in one step, so that a server never reads half of it. False: there is no such key. */
export function removeApiKey(path: string, id: string): boolean {
  const keys = readApiKeys(path);
  const left = keys.filter((key) => key.id !== id);
  if (left.length === keys.length) return false;
  const newPath = `${path}.new`;
  writeDurably(newPath, left.map((key) => `${JSON.stringify(key)}\n`).join(""));
  renameSync(newPath, path);
  return true;
}

function writeDurably(path: string, text: string): void {
  const fd = openSync(path, "w", fileMode);
  try {
    chmodSync(path, fileMode);
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function parsed(line: string, where: string): StoredApiKey {
  const key = parsedJson(line, where);
  for (const [what, isRight] of Object.entries(shape))
    if (!isRight(key)) throw new Error(`${where}: ${what}`);
  return key;
}

function parsedJson(line: string, where: string): StoredApiKey {
  try {
    const value = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below, without the parser's message, which quotes the line.
  }
  throw new Error(`${where}: it is not a JSON object`);
}

/** What each key must be, by what is said where it is not. */
const shape: Readonly<Record<string, (key: StoredApiKey) => boolean>> = {
  "id must be 12 hex digits": ({ id }) => /^[0-9a-f]{12}$/.test(id),
  "sha256 must be 64 hex digits": ({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256),
  "name must be text": ({ name }) => typeof name === "string",
  [`role must be one of ${roles.join(", ")}`]: ({ role }) => roles.includes(role),
  "tasks must be a list of task ids": ({ tasks }) => tasks === undefined || isListOfText(tasks),
  "expiresAt must be a time": ({ expiresAt }) =>
    expiresAt === undefined || !Number.isNaN(Date.parse(expiresAt)),
};

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
