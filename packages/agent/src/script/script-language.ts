/** What runs a language's scripts. The first that is installed; the last where none is, for its name in the error. */
const interpreters: Readonly<Record<string, readonly (readonly string[])[]>> = {
  bash: [["bash"]],
  sh: [["/bin/sh"]],
  shell: [["/bin/sh"]],
  python: [["python3"], ["python"]],
  python3: [["python3"]],
  node: [["node"], ["bun"]],
  javascript: [["node"], ["bun"]],
  go: [["go", "run"]],
};

/**
 * The command that runs the script, where its language says one. Undefined where its first line does (`#!`), or where
 * nothing is known of the language.
 */
export function languageCommand(
  path: string,
  content: string,
  language: string | undefined,
): string[] | undefined {
  if (content.startsWith("#!")) return undefined;
  const candidates = interpreters[language?.toLowerCase() ?? ""];
  const found = candidates?.find(([program]) => Bun.which(program!) !== null) ?? candidates?.at(-1);
  return found === undefined ? undefined : [...found, path];
}
