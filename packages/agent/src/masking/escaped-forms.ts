/** As a part of a URL or of a form: encoders differ in what they leave as it is and in how they write a blank. */
export function urlForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, percent);
  const forms = [
    component,
    strict,
    strict.replaceAll("%2F", "/"),
    strict.replaceAll("%20", "+"),
    new URLSearchParams([["", text]]).toString().slice(1),
    encodeURI(text),
  ];
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase())]);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Inside a JSON string: some encoders escape slashes, what HTML reads as markup, or all that is not ASCII. */
export function jsonForms(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  const ascii = plain.replace(/[^ -~]/g, unicodeEscape);
  return [
    plain,
    plain.replaceAll("/", "\\/"),
    plain.replace(/[<>&\u2028\u2029]/g, unicodeEscape),
    ascii,
    ascii.replaceAll("/", "\\/"),
  ];
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** As `set -x` shows it when it holds a quote. */
export function shellForms(text: string): string[] {
  return [text.replaceAll("'", "'\\''")];
}
