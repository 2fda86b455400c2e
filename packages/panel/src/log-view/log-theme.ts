import { parseHex, type Rgb } from "./ink.ts";

/** What ANSI colours are measured against. The same values stand in `tokens.css`; a test compares them. */
export interface LogTheme {
  readonly text: Rgb;
  readonly background: Rgb;
  /** Every background a row can have: plain, hover, WARN, ERROR, selected. */
  readonly rowBackgrounds: readonly Rgb[];
  /** ANSI 0 to 15, each readable on every row background. */
  readonly palette: readonly Rgb[];
}

export const darkTheme = theme(
  "#e6edf3",
  "#0d1117 #161b22 #1c2330 #231b08 #2b1215 #12324f",
  `#8f9bab #ff7b72 #5fd38d #f5c451 #6cb6ff #d2a8ff #56d4dd #d0d7de
   #a9b4c2 #ffa198 #8ce5ac #ffdd7a #9dceff #e2c5ff #8ae8ee #ffffff`,
);

export const lightTheme = theme(
  "#1f2328",
  "#ffffff #f6f8fa #eef2f6 #fff6dc #ffeceb #dcecff",
  `#1f2328 #a40e1c #116b38 #845700 #0a5cc0 #7a2fb0 #0b6670 #57606a
   #4a535d #c0281f #1b6f3c #7d5c00 #2563c9 #8a3fc4 #15707b #1f2328`,
);

function theme(text: string, backgrounds: string, palette: string): LogTheme {
  const rowBackgrounds = backgrounds.split(" ").map(parseHex);
  return {
    text: parseHex(text),
    background: rowBackgrounds[0]!,
    rowBackgrounds,
    palette: palette.split(/\s+/).map(parseHex),
  };
}
