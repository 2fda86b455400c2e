import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { AxeBuilder } from "@axe-core/playwright";
import type { ReaderOptions } from "./harness/reader.ts";
import { lastNumber, waitForRows } from "./harness/shown-log.ts";
import { Stage } from "./harness/stage.ts";

setDefaultTimeout(120_000);

const stage = await Stage.open();
afterAll(() => stage[Symbol.asyncDispose]());

const colourful = [
  'for level in DEBUG INFO WARN ERROR; do echo "$level: message"; done',
  "for i in $(seq 0 255); do printf '\\033[38;5;%dmcolour %d \\033[48;5;%dm on it \\033[0m\\n' $i $i $i; done",
  "echo stderr >&2",
  "exit 3",
].join("; ");
await stage.ran("colourful", colourful);
await stage.ran("silent", "true");

test("the list shows tasks with their state as it changes", async () => {
  await using reader = await stage.read("/");
  const { page } = reader;
  const stateOf = (task: string) => page.locator(`[data-task="${task}"] [data-status]`);
  await stateOf("colourful").waitFor();
  expect(await stateOf("colourful").getAttribute("data-status")).toBe("FAILED");
  expect(await page.locator('[data-task="colourful"]').textContent()).toContain("exit 3");
  const script = stage.run("appearing", "echo hello; read line");
  await page.locator('[data-task="appearing"] [data-status=PROCESSING]').waitFor();
  script.stdin.write("go\n");
  script.stdin.flush();
  await page.locator('[data-task="appearing"] [data-status=COMPLETED]').waitFor();
  await page.locator('[data-task="appearing"] a').click();
  await waitForRows(page, "its log", (rows) => rows.some((row) => row.text === "hello"));
  expect(reader.complaints).toEqual([]);
});

test("a task without output says so", async () => {
  await using reader = await stage.read(`/tasks/silent`);
  await reader.page.getByText("The script printed nothing").waitFor();
});

test("an address that is none says so", async () => {
  await using reader = await stage.read(`/nowhere/at/all`);
  await reader.page.getByText("There is no such page").first().waitFor();
});

test("language and theme are chosen, kept, and told to the browser", async () => {
  await using reader = await stage.read("/", { locale: "ja-JP" });
  const { page } = reader;
  await page.getByRole("heading", { name: "タスク" }).waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("ja");
  expect(await page.title()).toBe("タスク · keruta");
  await page.getByLabel("言語").selectOption("en");
  await page.getByRole("button", { name: "Theme: System" }).click();
  await page.getByRole("button", { name: "Theme: Light" }).click();
  await page.reload();
  await page.getByRole("heading", { name: "Tasks" }).waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("en");
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
});

test("the log is a quiet region that can be reached by keyboard", async () => {
  await using reader = await stage.read(`/tasks/colourful`);
  await waitForRows(reader.page, "the lines", (rows) => lastNumber(rows) > 100);
  const log = reader.page.getByRole("log");
  expect(await log.getAttribute("aria-live")).toBe("off");
  expect(await log.getAttribute("aria-label")).toContain("261 lines");
  expect(await log.getAttribute("tabindex")).toBe("0");
  await reader.page.getByRole("status").filter({ hasText: "Failed" }).waitFor({ state: "attached" });
});

describe("axe finds nothing", () => {
  const narrow = { width: 320, height: 640 };
  const looks: [string, ReaderOptions][] = [
    ["dark", { colorScheme: "dark" }],
    ["light", { colorScheme: "light" }],
    ["dark, Japanese, narrow", { colorScheme: "dark", locale: "ja", viewport: narrow }],
    ["light, Japanese, narrow", { colorScheme: "light", locale: "ja", viewport: narrow }],
  ];
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

  test.each(looks)("%s", async (_, options) => {
    await using list = await stage.read("/", options);
    await list.page.locator("[data-task]").first().waitFor();
    await using log = await stage.read(`/tasks/colourful`, options);
    await waitForRows(log.page, "the lines", (rows) => lastNumber(rows) > 100);
    await using missing = await stage.read(`/tasks/none`, options);
    await missing.page.locator("main p").first().waitFor();
    for (const { page } of [list, log, missing]) {
      const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual(
        [],
      );
    }
  });
});

test("a phone is not scrolled sideways", async () => {
  await using reader = await stage.read(`/tasks/colourful`, {
    viewport: { width: 320, height: 640 },
  });
  await waitForRows(reader.page, "the lines", (rows) => lastNumber(rows) > 100);
  const widths = await reader.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
});
