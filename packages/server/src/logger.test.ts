import { expect, test } from "bun:test";

test("credentials are not shown, however deep they are in what is logged", async () => {
  const script = `
    import { createLogger } from ${JSON.stringify(new URL("./logger.ts", import.meta.url).pathname)};
    const log = createLogger("info");
    const headers = { authorization: "Bearer S3CRET", cookie: "keruta_session=S3CRET", "x-api-key": "S3CRET", accept: "text/html" };
    log.info({ headers }, "one");
    log.warn({ request: { headers } }, "two");
    log.error({ token: "S3CRET", body: { username: "ann", password: "S3CRET" }, ...headers }, "three");
  `;
  const child = Bun.spawn([process.execPath, "-e", script], { stderr: "pipe" });
  const printed = await new Response(child.stderr).text();
  expect(printed).toContain('"msg":"three"');
  expect(printed).toContain("text/html");
  expect(printed).not.toContain("S3CRET");
});
