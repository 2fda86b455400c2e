import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { AxeBuilder } from "@axe-core/playwright";
import { waitForRows } from "./harness/shown-log.ts";
import { Stage } from "./harness/stage.ts";

setDefaultTimeout(120_000);

const stage = await Stage.open();
afterAll(() => stage[Symbol.asyncDispose]());

const asking = 'printf "Your name? "; read name; echo "hello $name"; cat; echo "that was all"';

test("a script that waits is shown so, is answered from the page, and its input can be ended", async () => {
  const script = stage.run("asking", asking, "--stdin", "server");
  await using reader = await stage.read("/tasks/asking");
  const { page } = reader;
  await page.locator("h1 ~ [data-status=WAITING_FOR_INPUT]").waitFor();
  const field = page.locator("[data-part=input] input");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await field.fill("Ada");
  await field.press("Enter");
  await waitForRows(page, "the answer", (rows) => rows.some((row) => row.text.includes("hello Ada")));
  expect(await field.inputValue()).toBe("");
  await page.getByRole("button", { name: "End of input" }).click();
  await page.locator("h1 ~ [data-status=COMPLETED]").waitFor();
  await page.locator("[data-part=input]").waitFor({ state: "detached" });
  expect(await script.exited).toBe(0);
  expect(reader.complaints).toEqual([]);
});

test("a task is cancelled after asking once, and the log says so", async () => {
  const script = stage.run("endless", "echo begun; sleep 600");
  await using reader = await stage.read("/tasks/endless");
  const { page } = reader;
  await page.getByRole("button", { name: "Cancel task" }).click();
  await page.getByRole("button", { name: "No" }).click();
  await page.getByRole("button", { name: "Cancel task" }).click();
  await page.getByRole("button", { name: "Yes, end it" }).click();
  await page.locator("h1 ~ [data-status=CANCELLED]").waitFor();
  await waitForRows(page, "who cancelled it", (rows) =>
    rows.some((row) => row.text.includes("cancelled by anonymous")),
  );
  expect(await script.exited).toBe(128 + 15);
  expect(await page.getByRole("button", { name: "Cancel task" }).count()).toBe(0);
});
