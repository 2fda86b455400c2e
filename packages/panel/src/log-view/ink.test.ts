import { describe, expect, test } from "bun:test";
import { contrast, minContrast, parseHex, readableOn, rgbOf } from "./ink.ts";
import { darkTheme, lightTheme } from "./log-theme.ts";
import { RunColorTable } from "./run-colors.ts";
import { indexedColor } from "./sgr.ts";
import { isRgb, plainStyle } from "./text-style.ts";

test("contrast is WCAG's", () => {
  expect(contrast(parseHex("#000000"), parseHex("#ffffff"))).toBeCloseTo(21, 5);
  expect(contrast(parseHex("#777777"), parseHex("#ffffff"))).toBeCloseTo(4.48, 2);
});

describe.each([
  ["dark", darkTheme],
  ["light", lightTheme],
])("%s", (_, theme) => {
  test("every one of the 256 colours is readable on every row", () => {
    for (let index = 0; index < 256; index++) {
      const color = indexedColor(index);
      const ink = isRgb(color) ? readableOn(rgbOf(color), theme.rowBackgrounds) : theme.palette[color]!;
      for (const background of theme.rowBackgrounds)
        expect(contrast(ink, background)).toBeGreaterThanOrEqual(minContrast);
    }
  });

  test("every pair of palette colours is readable, also faint and inverse", () => {
    const table = new RunColorTable(theme);
    for (let foreground = 0; foreground < 16; foreground++)
      for (let background = 0; background < 16; background++)
        for (const extra of [{}, { dim: true }, { inverse: true }]) {
          const colors = table.of({ ...plainStyle, foreground, background, ...extra });
          expect(contrast(parseCss(colors.color), parseCss(colors.background))).toBeGreaterThanOrEqual(
            minContrast,
          );
        }
  });

  test("a readable colour is left alone", () => {
    expect(readableOn(theme.text, theme.rowBackgrounds)).toEqual(theme.text);
  });
});

function parseCss(css: string): [number, number, number] {
  return css.match(/\d+/g)!.map(Number) as [number, number, number];
}
