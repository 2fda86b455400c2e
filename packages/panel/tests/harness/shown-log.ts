import type { Page } from "playwright-core";
import { waitFor } from "./wait-for.ts";

export interface ShownRow {
  /** 0: a line still being written. */
  readonly number: number;
  readonly level: string;
  readonly source: string;
  readonly text: string;
  readonly kind: string;
}

/** What stands in the log view, as a reader sees it: rows that are really within its edges. */
export async function shownRows(page: Page): Promise<ShownRow[]> {
  return page.locator(".log").evaluate((log) => {
    const { top, bottom } = log.getBoundingClientRect();
    const text = (row: Element, part: string) => row.querySelector(part)?.textContent ?? "";
    return [...log.querySelectorAll<HTMLElement>(".log-row")]
      .filter((row) => {
        const box = row.getBoundingClientRect();
        return box.bottom > top + 1 && box.top < bottom - 1;
      })
      .map((row) => ({
        number: Number(text(row, ".log-number").replaceAll(",", "")),
        level: text(row, ".log-level"),
        source: text(row, ".log-source"),
        text: text(row, ".log-text"),
        kind: row.dataset["kind"] ?? "",
      }));
  });
}

/** Waits until the rows in view are as asked for, all of them arrived. */
export async function waitForRows(
  page: Page,
  what: string,
  isRight: (rows: readonly ShownRow[]) => boolean,
): Promise<ShownRow[]> {
  let rows: ShownRow[] = [];
  const isThere = async () => {
    rows = await shownRows(page);
    return rows.length > 0 && rows.every((row) => row.kind !== "skeleton") && isRight(rows);
  };
  await waitFor(what, isThere).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}; in view: ${JSON.stringify(rows.slice(-3))}`);
  });
  return rows;
}

/** The numbers in view follow one another without a gap or a repeat. */
export function areContiguous(rows: readonly ShownRow[]): boolean {
  const numbers = rows.filter((row) => row.number > 0).map((row) => row.number);
  return numbers.every((number, i) => number === numbers[0]! + i);
}

export function lastNumber(rows: readonly ShownRow[]): number {
  return Math.max(0, ...rows.map((row) => row.number));
}

/** Puts the scrollbar at a share of its way: 0 the first line, 1 the last. */
export async function scrollTo(page: Page, share: number): Promise<void> {
  await page.locator(".log").evaluate((log, share) => {
    log.scrollTop = share * (log.scrollHeight - log.clientHeight);
  }, share);
}

/** The rows in view after they have moved away from `before` and come to rest. */
export async function restedRows(page: Page, before: readonly ShownRow[]): Promise<ShownRow[]> {
  let last = JSON.stringify(before);
  let same = 0;
  return waitForRows(page, "scrolling to come to rest", (rows) => {
    const now = JSON.stringify(rows);
    if (now !== last) same = 1;
    else if (same > 0) same++;
    last = now;
    return same > 15;
  });
}
