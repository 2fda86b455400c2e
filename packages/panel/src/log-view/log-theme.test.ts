import { expect, test } from "bun:test";
import { contrast, cssOf, parseHex } from "./ink.ts";
import { darkTheme, lightTheme } from "./log-theme.ts";

const css = await Bun.file(new URL("../tokens.css", import.meta.url)).text();

/** [light, dark] of a token. */
function token(name: string): [string, string] {
  const match = new RegExp(`--color-${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css);
  if (match === null) throw new Error(`tokens.css has no --color-${name}`);
  return [match[1]!, match[2]!];
}

const backgrounds = ["page", "raised", "hover", "warn-row", "error-row", "selected"];
const words = ["text", "muted", "faint", "debug", "info", "warn", "error", "success", "stderr", "link"];

test("what ANSI colours are measured against is what the style sheet draws", () => {
  for (const [i, theme] of [lightTheme, darkTheme].entries()) {
    expect(theme.rowBackgrounds.map(cssOf)).toEqual(
      backgrounds.map((name) => cssOf(parseHex(token(name)[i]!))),
    );
    expect(cssOf(theme.text)).toBe(cssOf(parseHex(token("text")[i]!)));
  }
});

test.each(words)("%s is readable on every background", (word) => {
  for (const background of backgrounds)
    for (const i of [0, 1] as const)
      expect(contrast(parseHex(token(word)[i]), parseHex(token(background)[i]))).toBeGreaterThanOrEqual(4.5);
});

test.each(["bar-debug", "bar-info", "bar-warn", "bar-error", "control", "focus"])(
  "%s stands out from every background",
  (name) => {
    for (const background of backgrounds)
      for (const i of [0, 1] as const)
        expect(contrast(parseHex(token(name)[i]), parseHex(token(background)[i]))).toBeGreaterThanOrEqual(3);
  },
);
