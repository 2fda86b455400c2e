import { isUtf8 } from "node:buffer";
import { bounds } from "../bounds.ts";
import { partEnd } from "../utf8.ts";
import { base64Forms } from "./base64-forms.ts";
import { jsonForms, shellForms, urlForms } from "./escaped-forms.ts";

/**
 * Every byte string by which a secret is known in a log: itself, its lines, and how base64, URLs, JSON and a shell's
 * trace write it. Some may be equal. The value is at least `leastSecretBytes` long and has no blanks at its ends.
 */
export function formsOf(value: Uint8Array): Uint8Array[] {
  const forms = [value, ...base64Forms(value).map(latin1)];
  // What is no text is no string of JSON or of a URL either, and has no lines.
  if (isUtf8(value)) forms.push(...textForms(new TextDecoder().decode(value)).map(utf8));
  return forms.flatMap(pieces);
}

/** What no encoder escapes, as most tokens are. */
const plainText = /^[\w.-]+$/;

function textForms(text: string): string[] {
  if (plainText.test(text)) return [];
  return [...linesOf(text), ...urlForms(text), ...jsonForms(text), ...shellForms(text)];
}

/** Each line by itself, since it may be printed behind a margin, and all of them as a terminal ends lines. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.length === 1) return [];
  const long = lines.map((line) => line.trim()).filter((line) => line.length >= bounds.leastSecretLineBytes);
  return [lines.join("\n"), lines.join("\r\n"), ...long];
}

/** A form that is very long is looked for in parts, so that no more than a part of it is ever held back. */
function pieces(form: Uint8Array): Uint8Array[] {
  if (form.length <= bounds.secretPieceBytes) return [form];
  const parts: Uint8Array[] = [];
  const lastAt = partEnd(form, form.length - bounds.secretPieceBytes);
  for (let at = 0; at < lastAt; ) {
    const next = partEnd(form, at + bounds.secretPieceBytes);
    parts.push(form.subarray(at, next));
    at = next;
  }
  // The last part overlaps the one before it instead of being short.
  return [...parts, form.subarray(lastAt)];
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function latin1(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}
