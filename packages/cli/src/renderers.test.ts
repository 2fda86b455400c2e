import { describe, expect, test } from "bun:test";
import { LineMatcher } from "@keruta/client";
import { type BlockLine, blockOf } from "../fixtures/block.ts";
import { JsonRenderer } from "./json-renderer.ts";
import type { LineRenderer } from "./line-renderer.ts";
import { PlainRenderer } from "./plain-renderer.ts";
import { RawRenderer } from "./raw-renderer.ts";
import { TerminalRenderer } from "./terminal-renderer.ts";

const everyLine = { matcher: new LineMatcher({}), sinceUs: 0 };

/** A split line whose middle another source's lines come into. */
const interleaved: readonly BlockLine[] = [
  { text: "first" },
  { text: "be", continued: true },
  { text: "tween", continued: true },
  { text: "stderr", source: "stderr", continued: true },
  { text: " too", source: "stderr" },
  { text: "rest" },
  { text: "the agent's", source: "agent" },
  { text: "open", continued: true },
];

/** As one block, and cut into two at every place: what is shown may not depend on it. */
function everyCut(make: () => LineRenderer, lines = interleaved): string[] {
  return lines.map((_, cut) => {
    const renderer = make();
    const parts = [lines.slice(0, cut), lines.slice(cut)].filter((part) => part.length > 0);
    let first = 1;
    const bytes = parts.map((part) => {
      const block = blockOf(part, first);
      first += part.length;
      return renderer.render(block, 0, part.length);
    });
    return Buffer.concat([...bytes, renderer.finish()]).toString();
  });
}

function allAre(outputs: readonly string[], expected: string): void {
  expect(outputs).toEqual(outputs.map(() => expected));
}

describe("a split line", () => {
  test("is whole again, and another source's line stays out of it", () => {
    const shown = "first\nbetween\nstderr too\nrest\nthe agent's\nopen\n";
    allAre(
      everyCut(() => new PlainRenderer(everyLine)),
      shown,
    );
    allAre(
      everyCut(() => new TerminalRenderer(everyLine, { timestamps: false, colours: false })),
      shown,
    );
  });

  test("is whole where the other source is not shown", () => {
    const choice = { matcher: new LineMatcher({ sources: ["stdout"] }), sinceUs: 0 };
    allAre(
      everyCut(() => new PlainRenderer(choice)),
      "first\nbetweenrest\nopen\n",
    );
  });

  test("has one prefix", () => {
    const prefixed = () => new PlainRenderer(everyLine, (_, index) => Buffer.from(`${index}:`));
    expect(everyCut(prefixed)[0]).toBe("0:first\n1:between\n3:stderr too\n5:rest\n6:the agent's\n7:open\n");
  });

  test("is in raw as it was written, without the agent's lines", () => {
    const matcher = new LineMatcher({ sources: ["stdout", "stderr"] });
    allAre(
      everyCut(() => new RawRenderer(matcher)),
      "first\nbetweenstderr too\nrest\nopen",
    );
  });

  test("is marked in JSON", () => {
    const rows = everyCut(() => new JsonRenderer(everyLine))[0]!
      .trimEnd()
      .split("\n");
    const continued = rows.map((row) => (JSON.parse(row) as { continued?: boolean }).continued ?? false);
    expect(continued).toEqual(interleaved.map((line) => line.continued ?? false));
  });
});

test("only the lines asked for are rendered", () => {
  const block = blockOf(Array.from({ length: 10 }, (_, i) => ({ text: `${i + 1}` })));
  const shown = (renderer: LineRenderer) => Buffer.from(renderer.render(block, 3, 6)).toString();
  expect(shown(new PlainRenderer(everyLine))).toBe("4\n5\n6\n");
  expect(shown(new PlainRenderer({ ...everyLine, sinceUs: 5_000 }))).toBe("5\n6\n");
  expect(shown(new RawRenderer(everyLine.matcher))).toBe("4\n5\n6\n");
  expect(shown(new JsonRenderer(everyLine)).split("\n").length).toBe(4);
  expect(shown(new TerminalRenderer(everyLine, { timestamps: true, colours: false }))).toStartWith(
    "1970-01-01T00:00:00.004000Z 4\n",
  );
});
