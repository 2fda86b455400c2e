import { describe, expect, test } from "bun:test";
import { terminalRuns } from "./terminal-line.ts";
import { plainStyle, rgbFlag } from "./text-style.ts";

const esc = "\x1b";
const shown = (text: string) =>
  terminalRuns(text)
    .map((run) => run.text)
    .join("");

describe("text without controls", () => {
  test("is one run", () => {
    expect(terminalRuns("plain 日本語\ttab")).toEqual([{ text: "plain 日本語\ttab" }]);
  });

  test("nothing is no run", () => {
    expect(terminalRuns("")).toEqual([]);
  });
});

describe("colours", () => {
  test("end where they are reset", () => {
    expect(terminalRuns(`a${esc}[31mred${esc}[0mb`)).toEqual([
      { text: "a" },
      { text: "red", style: { ...plainStyle, foreground: 1 } },
      { text: "b" },
    ]);
  });

  const styles: [string, object][] = [
    ["1;4;92", { bold: true, underline: true, foreground: 10 }],
    ["2;3;7;9", { dim: true, italic: true, inverse: true, strike: true }],
    ["38;5;196", { foreground: rgbFlag | 0xff0000 }],
    ["48;5;244", { background: rgbFlag | 0x808080 }],
    ["38;2;1;2;3", { foreground: rgbFlag | 0x010203 }],
    ["38:2::1:2:3", { foreground: rgbFlag | 0x010203 }],
    ["38:2:1:2:3", { foreground: rgbFlag | 0x010203 }],
    ["38:5:9", { foreground: 9 }],
    ["4:3", { underline: true }],
    ["101;31", { background: 9, foreground: 1 }],
    ["38;5;1;1", { foreground: 1, bold: true }],
    ["38;2;300;0;0;1", { bold: true }],
  ];
  test.each(styles)("%s", (parameters, style) => {
    expect(terminalRuns(`${esc}[${parameters}mx`)).toEqual([
      { text: "x", style: { ...plainStyle, ...style } },
    ]);
  });

  test("a reset without a number", () => {
    expect(terminalRuns(`${esc}[31m${esc}[mx`)).toEqual([{ text: "x" }]);
  });
});

describe("a terminal's one line", () => {
  const lines: [string, string, string][] = [
    ["the last overwrite", "10%\r50%\r100%", "100%"],
    ["a shorter overwrite leaves the rest", "12345\rab", "ab345"],
    ["erase to the end", `12345\rab${esc}[K`, "ab"],
    ["erase all keeps the column", `12345${esc}[2Kx`, "     x"],
    ["backspace", "passs\b word", "pass word"],
    ["backspace at the start", "\b\bx", "x"],
    ["column", `abcdef${esc}[3GX`, "abXdef"],
    ["right pads", `a${esc}[3Cb`, "a   b"],
    ["left", `abc${esc}[2DX`, "aXc"],
    ["wide characters take two columns", "日本語\rab", "ab本語"],
    ["half of a wide character", "日本\ra", "a 本"],
    ["marks join", "e\u0301\rx", "x"],
    ["CR at the end shows the text", "100%\r", "100%"],
  ];
  test.each(lines)("%s", (_, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test("colours move with what they colour", () => {
    expect(terminalRuns(`${esc}[31maaa${esc}[0m\rb`)).toEqual([
      { text: "b" },
      { text: "aa", style: { ...plainStyle, foreground: 1 } },
    ]);
  });
});

describe("hostile text", () => {
  const lines: [string, string, string][] = [
    ["window titles are not shown", `${esc}]0;owned\x07ok`, "ok"],
    ["links keep their text only", `${esc}]8;;javascript:alert(1)${esc}\\click${esc}]8;;${esc}\\`, "click"],
    ["an unfinished string is shown as text", `${esc}]0;unfinished`, "␛]0;unfinished"],
    ["an unfinished sequence is shown as text", `a${esc}[31`, "a␛[31"],
    ["markup is text", "<img src=x onerror=alert(1)>\r<b", "<bmg src=x onerror=alert(1)>"],
    ["other controls are visible", "a\x00b\x01c\x7fd", "a␀b␁c␡d"],
    ["a lone escape", `a${esc}`, "a␛"],
    ["cursor up does nothing", `a${esc}[5Ab`, "ab"],
    ["clear screen does nothing", `a${esc}[2Jb`, "ab"],
  ];
  test.each(lines)("%s", (_, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test("a far column does not allocate", () => {
    expect(shown(`${esc}[999999999Cx`).length).toBeLessThan(40_000);
  });

  test("every byte of a sequence may be the last", () => {
    const text = `${esc}[1;31mred${esc}[0m ${esc}]8;;https://a${esc}\\b`;
    for (let end = 0; end <= text.length; end++) expect(() => terminalRuns(text.slice(0, end))).not.toThrow();
  });

  test("16 KB of unfinished strings, colours and returns are read once", () => {
    for (const unit of [`${esc}]`, `${esc}[31mx`, "\rx", `${esc}[`, `${esc}P`, "\b"])
      expect(() => terminalRuns(unit.repeat(16_384 / unit.length))).not.toThrow();
  });
});
