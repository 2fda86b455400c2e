import { describe, expect, test } from "bun:test";
import { maxCanvasPx, ScrollModel } from "./scroll-model.ts";

const rowPx = 20;
const viewportPx = 800;

function modelOf(rowCount: number, cap = 8_000_000): ScrollModel {
  const model = new ScrollModel(rowPx, cap);
  model.resize(rowCount, viewportPx);
  model.placed(model.canvasPx - viewportPx);
  return model;
}

describe("a log shorter than the cap", () => {
  test("is scrolled as any page", () => {
    const model = modelOf(1_000);
    expect(model.canvasPx).toBe(20_000);
    model.scrolled(5_000);
    expect(model.topRow).toBe(250);
    expect(model.anchor).toBe(5_000);
    model.scrolled(5_010);
    expect(model.topRow).toBe(250.5);
    expect(model.mustAnchor).toBe(false);
  });

  test("shorter than the view, it does not scroll", () => {
    const model = modelOf(3);
    expect(model.canvasPx).toBe(viewportPx);
    expect(model.maxTopRow).toBe(0);
    expect(model.anchor).toBe(0);
  });
});

describe("ten million lines", () => {
  const rows = 10_000_000;

  test("fit the cap", () => {
    expect(modelOf(rows).canvasPx).toBe(8_000_000);
  });

  test("a small move is pixels, anywhere", () => {
    const model = modelOf(rows);
    model.goTo(5_000_000);
    model.placed(model.anchor);
    model.scrolled(model.anchor + 100);
    expect(model.topRow).toBeCloseTo(5_000_005, 6);
  });

  test("a large move maps the canvas to the whole log, both ends exactly", () => {
    const model = modelOf(rows);
    model.scrolled(0);
    expect(model.topRow).toBe(0);
    const range = model.canvasPx - viewportPx;
    model.scrolled(range / 2);
    expect(model.topRow).toBeCloseTo(model.maxTopRow / 2, 3);
    model.scrolled(range);
    expect(model.topRow).toBe(model.maxTopRow);
  });

  test("a jump is not undone by its echo", () => {
    const model = modelOf(rows);
    model.goTo(1_234_567);
    model.placed(Math.round(model.anchor));
    model.scrolled(Math.round(model.anchor));
    expect(model.topRow).toBe(1_234_567);
  });

  test("wheeling on never runs into an edge of the canvas that is not the log's", () => {
    const model = modelOf(rows);
    model.goTo(10_000);
    let scrollTop = model.anchor;
    model.placed(scrollTop);
    while (model.topRow > 0) {
      const before = model.topRow;
      scrollTop = Math.max(0, scrollTop - 120);
      model.scrolled(scrollTop);
      expect(before - model.topRow).toBeCloseTo(Math.min(6, before), 3);
      if (model.mustAnchor) {
        scrollTop = model.anchor;
        model.placed(scrollTop);
      }
    }
    expect(model.anchor).toBe(0);
  });
});

describe("following", () => {
  test("keeps the end in view as lines come", () => {
    const model = modelOf(1_000);
    model.resize(2_000, viewportPx);
    expect(model.topRow).toBe(2_000 - 40);
  });

  test("any move upwards ends it without moving what is seen", () => {
    const model = modelOf(1_000);
    model.scrolled(model.canvasPx - viewportPx - 1);
    expect(model.following).toBe(false);
    const { topRow } = model;
    model.resize(5_000, viewportPx);
    expect(model.topRow).toBe(topRow);
  });

  test("arriving at the end resumes it", () => {
    const model = modelOf(1_000);
    model.scrolled(100);
    model.scrolled(model.canvasPx - viewportPx);
    expect(model.following).toBe(true);
  });

  test("our own placing does not end it", () => {
    const model = modelOf(1_000);
    model.placed(500);
    model.scrolled(500);
    expect(model.following).toBe(true);
  });
});

describe("rows of different heights", () => {
  const heights = (row: number) => (row % 10 === 0 ? 400 : rowPx);
  function wrapped(): ScrollModel {
    const model = new ScrollModel(rowPx, 8_000_000, heights);
    model.resize(100, viewportPx);
    return model;
  }

  test("the last row's lower edge is at the view's", () => {
    const model = wrapped();
    let shownPx = 0;
    for (let row = Math.ceil(model.topRow); row < 100; row++) shownPx += heights(row);
    shownPx += (Math.ceil(model.topRow) - model.topRow) * heights(Math.floor(model.topRow));
    expect(shownPx).toBeCloseTo(viewportPx, 6);
  });

  test("pixels are pixels through a tall row", () => {
    const model = wrapped();
    model.goTo(9);
    model.moveBy(20 + 100);
    expect(model.topRow).toBeCloseTo(10.25, 6);
    model.moveBy(-120);
    expect(model.topRow).toBeCloseTo(9, 6);
  });
});

test("the canvas stays below what Chromium can scroll, at any pixel ratio", () => {
  expect(maxCanvasPx(1)).toBe(8_000_000);
  for (const ratio of [2, 3, 4, 5, 8]) expect(maxCanvasPx(ratio)).toBeLessThan(33_554_428 / ratio);
});
