import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";
const args = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
];

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args });
}

export type ReaderOptions = Pick<
  BrowserContextOptions,
  "viewport" | "colorScheme" | "locale" | "deviceScaleFactor"
>;

/** A page, and every complaint it makes: errors, warnings, violations of the Content-Security-Policy. */
export class Reader {
  private constructor(
    readonly page: Page,
    readonly complaints: readonly string[],
  ) {}

  static async open(browser: Browser, url: string, options: ReaderOptions): Promise<Reader> {
    const viewport = { width: 1280, height: 800 };
    const context = await browser.newContext({ viewport, locale: "en", ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(url);
    return new Reader(page, complaints);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}
