import { chunkInvalid } from "./chunk.ts";
import { limits } from "./limits.ts";
import { LineFlag } from "./line.ts";
import { unpack } from "./message-pack.ts";

/** A line's index in its chunk, and its fields: what JSON can hold, nothing else. */
export type FieldsEntry = readonly [number, Readonly<Record<string, unknown>>];

/** The fields column, which must have been through `checkFields`. */
export function readFields(packed: Uint8Array): readonly FieldsEntry[] {
  return packed.length === 0 ? [] : (unpack(packed) as FieldsEntry[]);
}

/** Throws CHUNK_INVALID unless the column names exactly the lines whose flags say they have fields, in order. */
export function checkFields(flags: Uint8Array, packed: Uint8Array): void {
  const entries = unpackEntries(packed);
  let before = -1;
  for (const entry of entries) {
    if (!isEntry(entry)) throw chunkInvalid("its fields are not what JSON can hold");
    const [index] = entry;
    if (index <= before || !hasFields(flags[index] ?? 0)) throw disagreement();
    before = index;
  }
  let flagged = 0;
  for (const flag of flags) if (hasFields(flag)) flagged++;
  if (flagged !== entries.length) throw disagreement();
}

function unpackEntries(packed: Uint8Array): unknown[] {
  if (packed.length > limits.maxFieldsBytes) throw chunkInvalid("its fields are over the limit");
  if (packed.length === 0) return [];
  let entries: unknown;
  try {
    entries = unpack(packed);
  } catch (cause) {
    throw chunkInvalid(`cannot read its fields: ${(cause as Error).message}`, cause);
  }
  if (!Array.isArray(entries)) throw chunkInvalid("its fields are not a table");
  return entries;
}

function hasFields(flag: number): boolean {
  return (flag & LineFlag.fields) !== 0;
}

function isEntry(entry: unknown): entry is FieldsEntry {
  if (!Array.isArray(entry) || entry.length !== 2) return false;
  const [index, fields] = entry as [unknown, unknown];
  return Number.isInteger(index) && isPlainObject(fields) && isJson(fields, limits.maxFieldsDepth);
}

/** Whoever shows these fields calls JSON.stringify on them, and trusts that it neither throws nor runs away. */
function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth - 1));
  return isPlainObject(value) && Object.values(value).every((item) => isJson(item, depth - 1));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function disagreement(): Error {
  return chunkInvalid("its fields do not agree with its lines");
}
