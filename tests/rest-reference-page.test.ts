import { expect } from "bun:test";
import { chromium } from "playwright-core";
import { test } from "./harness/process-test.ts";
import { openStage } from "./harness/stage.ts";

const executablePath = "/usr/bin/chromium";

test("the reference page shows the API and lets it be tried, with nothing from elsewhere", async () => {
  await using stage = await openStage();
  const { url } = stage.server;
  await using browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) foreign.push(request.url());
  });
  await page.goto(`${url}/api/docs`);
  const operation = page.locator("#operations-tasks-getTasks");
  await operation.locator(".opblock-summary-control").click();
  await operation.locator("button.execute").click();
  const answered = operation.locator(".live-responses-table tr.response .response-col_status");
  expect(await answered.textContent()).toContain("200");
  expect(await page.locator(".opblock").count()).toBeGreaterThan(30);
  expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] });
});
