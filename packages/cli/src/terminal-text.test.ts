import { expect, test } from "bun:test";
import { terminalText } from "./terminal-text.ts";

test.each([
  ["plain, 日本語, tab\there", "plain, 日本語, tab\there"],
  ["\x1b[1;38;5;208mcolour\x1b[0m", "\x1b[1;38;5;208mcolour\x1b[0m"],
  ["\x1b[38:2::1:2:3mcolons\x1b[m", "\x1b[38:2::1:2:3mcolons\x1b[m"],
  ["\x1b[2J\x1b[10;5Hmoved\x1b[K", "moved"],
  ["\x1b[?25lhidden\x1b[?1049h", "hidden"],
  ["\x1b[>4;2mno colour", "no colour"],
  ["\x1b]0;title\x07a\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\b", "alinkb"],
  ["\x1b]52;c;ZXZpbA==\x07clipboard", "clipboard"],
  ["\x1bPdevice\x1b\\a\x1b_app\x1b\\b\x1b^pm\x1b\\c", "abc"],
  ["before\x1b]0;never ends", "before"],
  ["\x1bcreset\x1b(0", "reset"],
  ["\x9b31mC1\x9d", "31mC1"],
  ["bell\x07 nul\x00 del\x7f back\x08", "bell nul del back"],
  ["ends in esc\x1b", "ends in esc"],
  ["ends in csi\x1b[", "ends in csi"],
  [" 10 %\r 50 %\r100 %", "100 %"],
  [" 10 %\r", " 10 %"],
  ["", ""],
])("%j is shown as %j", (text, shown) => {
  expect(terminalText(text, true)).toBe(shown);
});

test("without colours none is left", () => {
  expect(terminalText("\x1b[31mred\x1b[0m", false)).toBe("red");
});
