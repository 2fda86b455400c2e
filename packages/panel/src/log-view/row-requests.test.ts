import { expect, test } from "bun:test";
import type { Row } from "../worker/messages.ts";
import { RowCache } from "./row-cache.ts";
import { RowRequests } from "./row-requests.ts";

function begin() {
  const asked: string[] = [];
  const cache = new RowCache();
  const feed = {
    follow: (count: number) => asked.push(`follow ${count}`),
    window: (first: number, count: number) => asked.push(`${first}+${count}`),
    drawn: () => undefined,
    listen: () => () => undefined,
  };
  return { asked, cache, requests: new RowRequests(feed, cache) };
}

function rows(first: number, last: number): Row[] {
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    sequence: first + i,
    timeUs: 0,
    source: "stdout",
    level: "INFO",
    isContinued: false,
    runs: [],
    cutBytes: 0,
  }));
}

const reading = { isFollowing: false, size: 40, first: 1, head: 100_000 };

test("the same is asked for once", () => {
  const { asked, requests } = begin();
  for (let i = 0; i < 3; i++) requests.ask({ ...reading, topRow: 500 });
  expect(asked).toEqual(["461+121"]);
  requests.forget();
  requests.ask({ ...reading, topRow: 500 });
  expect(asked).toHaveLength(2);
});

test("nothing is asked for while half a screen around the view is here", () => {
  const { asked, cache, requests } = begin();
  cache.add(rows(461, 581));
  requests.ask({ ...reading, topRow: 500 });
  requests.ask({ ...reading, topRow: 515 });
  expect(asked).toEqual([]);
  requests.ask({ ...reading, topRow: 530 });
  expect(asked).toEqual(["491+121"]);
});

test("nothing outside the log is asked for", () => {
  const { asked, requests } = begin();
  requests.ask({ ...reading, topRow: 0 });
  requests.ask({ ...reading, topRow: 99_960 });
  requests.ask({ ...reading, topRow: 0, head: 0 });
  expect(asked).toEqual(["1+81", "99921+80"]);
});

test("the first row is the first line that was not deleted", () => {
  const { asked, requests } = begin();
  requests.ask({ ...reading, first: 1_001, topRow: 0 });
  requests.ask({ ...reading, first: 1_001, topRow: 500 });
  requests.ask({ ...reading, first: 1_001, topRow: 0, head: 1_000 });
  expect(asked).toEqual(["1001+81", "1461+121"]);
});

test("following asks for the newest", () => {
  const { asked, requests } = begin();
  for (let head = 1; head < 5; head++) requests.ask({ ...reading, isFollowing: true, topRow: head, head });
  expect(asked).toEqual(["follow 40"]);
});

test("the cache keeps what is near, and a bounded number of rows", () => {
  const cache = new RowCache();
  for (let first = 1; first < 100_000; first += 100) cache.add(rows(first, first + 99));
  expect(cache.holds(99_901, 100_000)).toBe(true);
  expect(cache.get(1)).toBeUndefined();
});
