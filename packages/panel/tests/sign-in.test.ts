import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { AxeBuilder } from "@axe-core/playwright";
import { Stage } from "./harness/stage.ts";

setDefaultTimeout(120_000);

const secret = "a secret of this test, long enough for HS256";
const stage = await Stage.open({ KERUTA_JWT_SECRET: secret });
afterAll(() => stage[Symbol.asyncDispose]());

test("a server that asks who is looking shows a form; a token opens the list, and signing out closes it", async () => {
  await using reader = await stage.read("/");
  const { page } = reader;
  const token = page.locator("input[name=token]");
  await token.fill("nonsense");
  await token.press("Enter");
  await page.getByRole("alert").getByText("cannot accept the credentials").waitFor();
  await token.fill(await stage.token("viewer"));
  await token.press("Enter");
  await page.getByRole("heading", { name: "Tasks" }).waitFor();
  expect(page.url()).not.toContain("token");
  await page.reload();
  await page.getByRole("button", { name: "Sign out" }).click();
  await token.waitFor();
});

test("axe finds nothing wrong with the form", async () => {
  await using reader = await stage.read("/");
  await reader.page.locator("input[name=token]").waitFor();
  const { violations } = await new AxeBuilder({ page: reader.page }).analyze();
  expect(violations).toEqual([]);
});
