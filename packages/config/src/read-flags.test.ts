import { describe, expect, test } from "bun:test";
import { labelledTable as table } from "../fixtures/table.ts";
import { readFlags } from "./read-flags.ts";

function given(...args: string[]): Record<string, unknown> {
  return Object.fromEntries([...readFlags(table, args).given].map(([key, { given }]) => [key, given]));
}

describe("a flag's value", () => {
  test.each([
    [["--wait", "2s"], { "some.wait": "2s" }],
    [["--wait=2s"], { "some.wait": "2s" }],
    [["--wait="], { "some.wait": "" }],
    [["--wait=a=b"], { "some.wait": "a=b" }],
    [["--wait", "1", "--wait", "2"], { "some.wait": "2" }],
    [["--name", "a,b", "--name", "c"], { "some.names": ["a,b", "c"] }],
    [["-l"], { "some.loud": "true" }],
    [["--loud"], { "some.loud": "true" }],
    [["--loud=false"], { "some.loud": "false" }],
    [["--no-loud"], { "some.loud": false }],
    [["--no-loud=false"], { "some.loud": true }],
    [["--quiet"], { "some.loud": false }],
    [["--quiet=perhaps"], { "some.loud": "perhaps" }],
    [[], {}],
  ])("%p", (args, values) => expect(given(...args)).toEqual(values));
});

describe("operands", () => {
  test.each([
    [
      ["a", "--loud"],
      ["a", "--loud"],
    ],
    [["--loud", "--", "--wait"], ["--wait"]],
    [["--loud", "-"], ["-"]],
    [["--"], []],
  ])("%p", (args, operands) => expect(readFlags(table, args).operands).toEqual(operands));
});

test("flags can stand anywhere where that is wanted", () => {
  const read = (...args: string[]) => readFlags(table, args, "anywhere");
  expect(read("set", "--wait", "1s", "key", "--", "--loud").operands).toEqual(["set", "key", "--loud"]);
  expect(read("set", "--wait", "1s").given.get("some.wait")?.given).toBe("1s");
});

describe("mistakes", () => {
  test.each([
    [["--wiat", "1"], "there is no option --wiat; did you mean --wait?"],
    [["--something-else"], "there is no option --something-else"],
    [["--no-wait"], "there is no option --no-wait; did you mean --wait?"],
    [["--wait"], "--wait: it needs a value, seconds, or a number with a unit"],
    [["--what", "--ever"], "there is no option --what; did you mean --wait?\nthere is no option --ever"],
  ])("%p: %s", (args, sentence) => expect(() => readFlags(table, args)).toThrow(sentence));
});
