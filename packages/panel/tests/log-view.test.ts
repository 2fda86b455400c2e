import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  areContiguous,
  lastNumber,
  restedRows,
  scrollTo,
  shownRows,
  waitForRows,
} from "./harness/shown-log.ts";
import { Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

setDefaultTimeout(120_000);

const stage = await Stage.open();
afterAll(() => stage[Symbol.asyncDispose]());

const open = (task: string) => stage.read(`/tasks/${task}`);

/** Prints "tick 1", "tick 2", … until it is killed. */
const ticking = "i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.05; done";

test("lines appear as they are printed, in order, and are there after a reload", async () => {
  const script = stage.run("live", ticking);
  await using reader = await open("live");
  await waitForRows(reader.page, "the first lines", (rows) => lastNumber(rows) >= 5);
  const rows = await waitForRows(reader.page, "a screenful", (all) => lastNumber(all) >= 60);
  expect(areContiguous(rows)).toBe(true);
  for (const row of rows) expect(row.text).toBe(`tick ${row.number}`);
  await reader.page.reload();
  const after = await waitForRows(
    reader.page,
    "the lines again",
    (all) => lastNumber(all) > lastNumber(rows),
  );
  expect(areContiguous(after)).toBe(true);
  for (const row of after) expect(row.text).toBe(`tick ${row.number}`);
  script.kill("SIGTERM");
  expect(reader.complaints).toEqual([]);
});

test("lines that are deleted leave the view; those that are left stay where they are seen, under their numbers", async () => {
  await stage.submit("deleted", 3_000);
  await using reader = await open("deleted");
  const { page } = reader;
  await waitForRows(page, "the end", (rows) => lastNumber(rows) === 3_000);
  await page.locator(".log").hover();
  await page.mouse.wheel(0, -2_000);
  const before = await restedRows(page, []);
  expect(await stage.deleteThrough("deleted", 2_000)).toBe(2_000);
  await page.getByText("1,000 lines").waitFor();
  expect(await restedRows(page, [])).toEqual(before);
  await page.locator(".log").press("Home");
  const top = await waitForRows(page, "the first line left", (rows) => rows[0]!.number === 2_001);
  expect(areContiguous(top)).toBe(true);
  for (const row of top) expect(row.text).toBe(`line ${row.number}`);
  expect(await stage.deleteThrough("deleted", 3_000)).toBe(1_000);
  await page.getByText("0 lines").waitFor();
  await stage.submit("deleted", 2);
  const late = await waitForRows(page, "later lines", (rows) => lastNumber(rows) === 3_002);
  expect(late.map(({ number, text }) => [number, text])).toEqual([
    [3_001, "line 1"],
    [3_002, "line 2"],
  ]);
  expect(reader.complaints).toEqual([]);
});

describe("following", () => {
  test("is suspended by a wheel upwards without moving what is seen; the pill counts; End resumes", async () => {
    const script = stage.run("follow", `seq 500; ${ticking}`);
    await using reader = await open("follow");
    const { page } = reader;
    await waitForRows(page, "the end", (rows) => lastNumber(rows) > 500);
    await page.locator(".log").hover();
    await page.mouse.wheel(0, -2_000);
    const pill = page.locator("[data-part=waiting]");
    await pill.waitFor();
    const before = await restedRows(page, []);
    await waitFor("lines to wait", async () => /\+[1-9]\d* lines/.test((await pill.textContent()) ?? ""));
    expect((await shownRows(page))[0]).toEqual(before[0]!);
    await page.locator(".log").press("End");
    await waitForRows(page, "the end again", (rows) => lastNumber(rows) > lastNumber(before));
    expect(await pill.count()).toBe(0);
    script.kill("SIGTERM");
  });

  test("goes on when the view grows and shrinks", async () => {
    const script = stage.run("resized", `seq 200; ${ticking}`);
    await using reader = await open("resized");
    const { page } = reader;
    let rows = await waitForRows(page, "the end", (all) => lastNumber(all) > 200);
    for (const height of [500, 800, 460, 900, 700, 780]) {
      await page.setViewportSize({ width: 1280, height });
      const before = lastNumber(rows);
      rows = await waitForRows(page, "the end to move on", (all) => lastNumber(all) > before + 3);
    }
    expect(await page.locator("[data-part=waiting]").count()).toBe(0);
    script.kill("SIGTERM");
  });

  test("is suspended by selecting text, which then stays selected", async () => {
    const script = stage.run("select", `seq 100; ${ticking}`);
    await using reader = await open("select");
    const { page } = reader;
    await waitForRows(page, "the end", (all) => lastNumber(all) > 100);
    const text = (await page.locator(".log-text").nth(9).boundingBox())!;
    await page.mouse.move(text.x + 1, text.y + 10);
    await page.mouse.down();
    await page.mouse.move(text.x + 40, text.y + 10);
    const selected = () => page.evaluate(() => String(document.getSelection()));
    const held = await selected();
    expect(held).not.toBe("");
    await page.mouse.up();
    await page.locator("[data-part=waiting]", { hasText: "lines" }).waitFor();
    expect(await selected()).toBe(held);
    script.kill("SIGTERM");
  });

  test("f pauses and resumes, and so do the buttons", async () => {
    const script = stage.run("follow-keys", `seq 100; ${ticking}`);
    await using reader = await open("follow-keys");
    const { page } = reader;
    await waitForRows(page, "the end", (rows) => lastNumber(rows) > 100);
    const button = page.getByRole("button", { name: /^Follow/ });
    const isPressed = (pressed: string) =>
      waitFor(`pressed: ${pressed}`, async () => (await button.getAttribute("aria-pressed")) === pressed);
    await isPressed("true");
    await page.locator(".log").press("f");
    await isPressed("false");
    await page.locator(".log").press("f");
    await isPressed("true");
    await button.click();
    await isPressed("false");
    await page.locator("[data-part=waiting]").click();
    await isPressed("true");
    script.kill("SIGTERM");
  });
});

test("a million lines: the end first, then the first line, the middle and the end by the scrollbar", async () => {
  expect(await stage.ran("million", "seq -f 'line %.0f' 1000000")).toBe(0);
  await using reader = await open("million");
  const { page } = reader;
  const end = await waitForRows(page, "the last line", (rows) => lastNumber(rows) === 1_000_000);
  await scrollTo(page, 0);
  const start = await waitForRows(page, "the first line", (rows) => rows[0]?.number === 1);
  await scrollTo(page, 0.5);
  const middle = await waitForRows(page, "the middle", (rows) => Math.abs(rows[0]!.number - 500_000) < 100);
  await page.locator(".log").press("PageDown");
  const below = await waitForRows(page, "one page more", (rows) => rows[0]!.number > middle[0]!.number + 20);
  expect(below[0]!.number).toBeLessThan(middle[0]!.number + 60);
  await page.locator(".log").press("Home");
  await waitForRows(page, "the first line by key", (rows) => rows[0]?.number === 1);
  await scrollTo(page, 1);
  await waitForRows(page, "the last line again", (rows) => lastNumber(rows) === 1_000_000);
  for (const rows of [start, middle, below, end]) {
    expect(areContiguous(rows)).toBe(true);
    for (const row of rows) expect(row.text).toBe(`line ${row.number}`);
  }
  expect(await page.locator(".log-row").count()).toBeLessThan(120);
  expect(await page.locator("[data-level-count=INFO]").textContent()).toBe("INFO1,000,000");
  expect(reader.complaints).toEqual([]);
});

test.each([2, 3])(
  "at %d device pixels to one, both ends of a million lines can be reached",
  async (ratio) => {
    await using reader = await stage.read("/tasks/million", { deviceScaleFactor: ratio });
    const { page } = reader;
    await waitForRows(page, "the last line", (rows) => lastNumber(rows) === 1_000_000);
    await scrollTo(page, 0);
    await waitForRows(page, "the first line", (rows) => rows[0]?.number === 1);
    await scrollTo(page, 1);
    await waitForRows(page, "the last line again", (rows) => lastNumber(rows) === 1_000_000);
  },
);

test("scrolling that the page has not heard of yet is not undone when the scrolling before it rests", async () => {
  await using reader = await open("million");
  const { page } = reader;
  await waitForRows(page, "the last line", (rows) => lastNumber(rows) === 1_000_000);
  for (let round = 0; round < 5; round++) {
    await page.locator(".log").evaluate(async (log) => {
      const scrolled = new Promise((resolve) => log.addEventListener("scroll", resolve, { once: true }));
      log.scrollTop = 0;
      await scrolled;
      // A moment before what waits for scrolling to rest, so that no frame, and no scroll event, comes between.
      await new Promise((resolve) => setTimeout(resolve, 149));
      log.scrollTop = log.scrollHeight;
    });
    await waitForRows(page, "the last line again", (rows) => lastNumber(rows) === 1_000_000);
  }
});

test("the wheel reaches the first line from a thousand lines below it", async () => {
  await using reader = await open("million");
  const { page } = reader;
  await waitForRows(page, "the end", (rows) => lastNumber(rows) === 1_000_000);
  await scrollTo(page, 0.0015);
  await waitForRows(
    page,
    "a place near the start",
    (rows) => rows[0]!.number > 400 && rows[0]!.number < 3_000,
  );
  await page.locator(".log").hover();
  await waitFor("the first line", async () => {
    await page.mouse.wheel(0, -1_500);
    return (await shownRows(page))[0]?.number === 1;
  });
});

test("what a program prints stays text", async () => {
  const hostile = [
    "<img src=x onerror=alert(1)>",
    "<script>document.title=1</script>",
    "\\033]0;title\\007\\033[2J\\033[31mred\\033[0m",
    "\\033]8;;javascript:alert(1)\\033\\\\link\\033]8;;\\033\\\\",
    "a\\000b",
  ];
  await stage.ran("hostile", `printf '${hostile.join("\\n")}\\n'`);
  await using reader = await open("hostile");
  const rows = await waitForRows(reader.page, "the lines", (all) => lastNumber(all) === hostile.length);
  expect(rows.map((row) => row.text)).toEqual([hostile[0]!, hostile[1]!, "red", "link", "a␀b"]);
  expect(await reader.page.locator(".log img, .log script, .log a").count()).toBe(0);
  expect(await reader.page.title()).toBe("hostile · Completed · keruta");
  expect(reader.complaints).toEqual([]);
});

test("levels, streams, a progress bar and a long line", async () => {
  const script = [
    "echo plain",
    "echo 'ERROR: broken'",
    "echo 'WARN: careful' >&2; sleep 0.2",
    "printf '10%%\\r50%%\\r100%%\\n'",
    "head -c 300000 /dev/zero | tr '\\0' x; echo",
  ].join("; ");
  await stage.ran("kinds", script, "--max-line-bytes", "100000");
  await using reader = await open("kinds");
  const rows = await waitForRows(reader.page, "all of it", (all) => lastNumber(all) >= 7);
  const find = (text: string) => rows.find((row) => row.text === text);
  expect(find("plain")).toMatchObject({ level: "INFO", source: "" });
  expect(find("ERROR: broken")).toMatchObject({ level: "ERROR", source: "" });
  expect(find("WARN: careful")).toMatchObject({ level: "WARN", source: "err" });
  expect(find("100%")).toBeDefined();
  const long = rows.filter((row) => row.text.startsWith("xxx"));
  expect(long).toHaveLength(3);
  expect(long.map((row) => row.text.replace(/^x+/, ""))).toEqual([
    "… 83.6 kB more, not showncontinues",
    "… 83.6 kB more, not showncontinues",
    "… 83.6 kB more, not shown",
  ]);
});

test("a prompt without a newline is shown while it waits, and then is a line", async () => {
  const script = stage.run("prompt", 'printf "Continue? "; read answer; echo "you said $answer"; sleep 60');
  await using reader = await open("prompt");
  const { page } = reader;
  const waiting = await waitForRows(page, "the prompt", (rows) => rows.at(-1)?.kind === "partial");
  expect(waiting.at(-1)).toMatchObject({ number: 0, text: "Continue? " });
  script.stdin.write("yes\n");
  script.stdin.flush();
  await waitForRows(
    page,
    "the answer in its place",
    (rows) =>
      rows.every((row) => row.kind === "line") && rows.some((row) => row.text.includes("you said yes")),
  );
  script.kill("SIGTERM");
});

test("a server killed in the middle and started again: no gap, no repeat", async () => {
  const here = await Stage.open();
  await using _ = here;
  here.run("restart", ticking);
  await using reader = await here.read("/tasks/restart");
  const { page } = reader;
  const before = await waitForRows(page, "the first lines", (rows) => lastNumber(rows) > 20);
  await here.killServer();
  await page.locator("[data-part=disconnected]").waitFor();
  expect(lastNumber(await shownRows(page))).toBeGreaterThanOrEqual(lastNumber(before));
  await here.startServer();
  const after = await waitForRows(
    page,
    "what came since",
    (rows) => lastNumber(rows) > lastNumber(before) + 60,
  );
  expect(areContiguous(after)).toBe(true);
  await page.locator(".log").press("Home");
  const start = await waitForRows(page, "the first line", (rows) => rows[0]?.number === 1);
  for (const row of [...after, ...start]) expect(row.text).toBe(`tick ${row.number}`);
  expect(await page.locator("[data-part=disconnected]").count()).toBe(0);
});

test("history that could not be read while the server was away comes when it is back", async () => {
  const here = await Stage.open();
  await using _ = here;
  await here.ran("away", "seq 500000");
  await using reader = await here.read("/tasks/away");
  const { page } = reader;
  await waitForRows(page, "the end", (rows) => lastNumber(rows) === 500_000);
  await here.killServer();
  await page.locator("[data-part=disconnected]").waitFor();
  await scrollTo(page, 0);
  await page.locator('.log-row[data-kind="skeleton"]').first().waitFor();
  await here.startServer();
  const rows = await waitForRows(page, "the first lines", (all) => all[0]?.number === 1);
  for (const row of rows) expect(row.text).toBe(String(row.number));
});

test("wrapped, every line can be reached, and the end is the end", async () => {
  const script =
    "for i in $(seq 60); do echo \"$i $(head -c $((i * 37 % 900)) /dev/zero | tr '\\0' w)\"; done";
  await stage.ran("wrapped", script);
  await using reader = await open("wrapped");
  const { page } = reader;
  await page.getByRole("button", { name: "Wrap lines" }).click();
  const seen = new Set<number>();
  let rows = await waitForRows(page, "the end", (all) => lastNumber(all) === 60);
  await page.locator(".log").hover();
  while (rows[0]?.number !== 1) {
    for (const row of rows) seen.add(row.number);
    const before = rows;
    await page.mouse.wheel(0, -400);
    rows = await restedRows(page, before);
  }
  for (const row of rows) seen.add(row.number);
  expect(seen.size).toBe(60);
});

test("a task that has not begun is waited for", async () => {
  await using reader = await open("later");
  await reader.page.getByText("There is no such task").waitFor();
  const script = stage.run("later", ticking);
  await waitForRows(reader.page, "its lines", (rows) => lastNumber(rows) > 3);
  script.kill("SIGTERM");
});

test("an attempt that ended says how, and an earlier one can be chosen", async () => {
  await stage.ran("twice", "echo first; exit 7");
  await stage.ran("twice", "echo second");
  await using reader = await open("twice");
  const { page } = reader;
  await waitForRows(page, "the newest", (rows) => rows.some((row) => row.text === "second"));
  expect(await page.title()).toBe("twice · Completed · keruta");
  await page.getByLabel("Attempt").selectOption("1");
  await waitForRows(page, "the first", (rows) => rows.some((row) => row.text === "first"));
  await page.getByText("exit 7").waitFor();
  expect(new URL(page.url()).search).toBe("?attempt=1");
  expect(await page.title()).toBe("twice · Failed · keruta");
  await page.goBack();
  await waitForRows(page, "the newest again", (rows) => rows.some((row) => row.text === "second"));
});
