import { expect, test } from "bun:test";
import { labelledTable as table } from "../fixtures/table.ts";
import { describe, describeAsJson, describeAsText } from "./describe.ts";
import { flagRows } from "./help.ts";
import { resolve } from "./resolve.ts";

const rows = describe(
  table,
  resolve(table, { environment: { DEMO_SECRET: "hush", DEMO_OTHER: "x", DEMO_NAMES: "a,b" } }),
);

test("every setting is shown with its value and where it is from, secrets hidden, idle ones with the reason", () => {
  const lines = describeAsText(rows)
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/ +/, " "));
  expect(lines).toEqual([
    "some.wait 3s  (default)",
    "some.loud false  (default)",
    'some.names ["a","b"]  (variable DEMO_NAMES)',
    "some.patterns []  (default)",
    "some.colour -  (default)",
    "server.port 80  (default)",
    "some.secret ***  (variable DEMO_SECRET)",
    "DEMO_OTHER x  (variable DEMO_OTHER; does nothing here: nobody needs it)",
  ]);
});

test("the same as JSON", () => {
  expect(JSON.parse(describeAsJson(rows))).toEqual(rows);
  expect(describeAsJson(rows)).not.toContain("hush");
});

test("a help names every flag, its variables and what it falls back on", () => {
  expect(flagRows(table).map((row) => row.trim().replace(/ {2,}/, "  "))).toEqual([
    "--wait DURATION  how long (DEMO_WAIT, OLD_WAIT, default 3s)",
    "-l, --loud, --quiet  how loud (DEMO_LOUD)",
    "--name NAME  of whom (DEMO_NAMES, may be given several times)",
  ]);
});
