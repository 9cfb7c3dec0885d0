import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWithChromium, launchChromium } from "@kokeshi/test-browser";
import type { Browser, Page } from "playwright-core";
import { build } from "tsup";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { readWebFiles } from "../src/api/web-files.js";
import { demoForTests } from "../src/fixtures/demo-for-tests.js";
import { smallPdf } from "../src/fixtures/small-pdf.js";
import { listen } from "../src/listen.js";
import { page as pageBuild } from "../tsup.config.js";

const english =
  "# Cats\n\nCats sleep most of the day.\nA cat eats fish and meat.\n\n## Care\n\nA cat needs water.\n";
const japanese = "# 猫\n\n猫は一日の大半を眠って過ごします。猫は魚や肉を食べます。\n";

describeWithChromium("the page", () => {
  let folder: string;
  let browser: Browser;
  let server: Server;
  let url: string;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kokeshi-page-"));
    const app = join(import.meta.dirname, "..");
    await build({
      ...pageBuild,
      config: false,
      silent: true,
      entry: { app: join(app, "web/app.ts") },
      publicDir: join(app, "web/static"),
      outDir: folder,
    });
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    const { app, library } = demoForTests({ webFiles: await readWebFiles(folder) });
    await library.add("cats.md", new TextEncoder().encode(english));
    await library.add("neko.md", new TextEncoder().encode(japanese));
    ({ server, url } = await listen(app, { port: 0, host: "127.0.0.1" }));
    page = await browser.newPage();
    complaints = [];
    page.on("console", (message) => {
      // The browser reports refused uploads here too; the page shows them.
      if (message.type() === "error" && !message.text().includes("status of 4"))
        complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(url)) complaints.push(`loads ${request.url()}`);
    });
    await page.goto(url);
    await page.locator("#document-list li").first().waitFor();
  });

  afterEach(async () => {
    await page.close();
    server.closeAllConnections();
    server.close();
    expect(complaints).toEqual([]);
  });

  it("answers in English, and a citation shows the passage in its document", async () => {
    await page.getByLabel("Your question").fill("Does a cat eat fish and meat?");
    await page.keyboard.press("Enter");
    const quote = page.locator("blockquote").first();
    expect(await quote.innerText()).toContain("A cat eats fish and meat.");
    expect(await page.locator(".note").innerText()).toContain("not generated");
    await quote.getByRole("button", { name: /^Source 1: cats\.md › Cats$/ }).click();
    const viewer = page.getByRole("dialog");
    await viewer.locator("mark").first().waitFor();
    const marked = await viewer.locator("mark").allInnerTexts();
    expect(marked.join("").replace(/\s+/g, " ")).toBe(
      "Cats sleep most of the day. A cat eats fish and meat.",
    );
    expect(await viewer.locator("mark.quote").first().innerText()).toContain("A cat eats fish and meat.");
    expect(await viewer.locator(".document-text").innerText()).toContain("A cat needs water.");
    await page.keyboard.press("Escape");
    await viewer.waitFor({ state: "hidden" });
  });

  it("answers in Japanese", async () => {
    await page.getByLabel("Your question").fill("猫は何を食べますか？");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    const quote = page.locator("blockquote").first();
    expect(await quote.innerText()).toContain("猫は魚や肉を食べます。");
    expect(await quote.getAttribute("lang")).toBe("ja");
    expect(await page.locator(".note").innerText()).toContain("引用");
    await page.locator(".source").first().click();
    const viewer = page.getByRole("dialog");
    await viewer.locator("mark").first().waitFor();
    expect(await viewer.locator("mark.quote").first().innerText()).toContain("猫は魚や肉を食べます。");
  });

  it("adds files, says which it could not add, and removes them", async () => {
    await page.locator("#files").setInputFiles([
      {
        name: "owl.pdf",
        mimeType: "application/pdf",
        buffer: Buffer.from(smallPdf([["Owls hunt at night."]])),
      },
      { name: "broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("nothing") },
    ]);
    await page.getByText("Added owl.pdf.").waitFor();
    expect(await page.locator(".failures").innerText()).toContain("broken.pdf is not a PDF inside");
    expect(await page.locator("#document-count").innerText()).toBe("3");
    await page.getByLabel("Your question").fill("When do owls hunt?");
    await page.keyboard.press("Enter");
    await page.getByText("Owls hunt at night.").first().waitFor();
    await page.getByRole("button", { name: "Remove owl.pdf" }).click();
    await page.getByText("Removed owl.pdf.").waitFor();
    expect(await page.locator("#document-count").innerText()).toBe("2");
  });

  it("adds files that are dropped on it", async () => {
    await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["Dropped text."], "dropped.txt", { type: "text/plain" }));
      window.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, cancelable: true }));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
    });
    await page.getByText("Added dropped.txt.").waitFor();
  });

  it("shows what a document holds as text, whatever it holds", async () => {
    const hostile =
      '# <img src=x onerror="document.title=1">\n\nCats <script>document.title = "taken"</script> purr.\n';
    await page
      .locator("#files")
      .setInputFiles([{ name: "<b>bold.md", mimeType: "text/markdown", buffer: Buffer.from(hostile) }]);
    await page.getByText("Added <b>bold.md.").waitFor();
    await page.getByLabel("Your question").fill("Do cats purr?");
    await page.keyboard.press("Enter");
    await page.locator(".cite").first().click();
    await page.getByRole("dialog").locator("mark").first().waitFor();
    expect(await page.getByRole("dialog").locator(".document-text").innerText()).toContain("<script>");
    expect(await page.title()).toBe("Kokeshi: ask your documents");
  });

  it("says so when nothing is found, when there are no documents, and when the demo is gone", async () => {
    await page.getByLabel("Your question").fill("quantum chromodynamics");
    await page.keyboard.press("Enter");
    await page.getByText("I found nothing about that").waitFor();
    await page.getByRole("button", { name: "Remove cats.md" }).click();
    await page.getByText("Removed cats.md.").waitFor();
    await page.getByRole("button", { name: "Remove neko.md" }).click();
    await page.getByText("No documents yet.").waitFor();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByText("The demo does not answer; is it still running in the terminal?").waitFor();
    expect(await page.getByRole("button", { name: "Try again" }).isVisible()).toBe(true);
    complaints = complaints.filter((complaint) => !complaint.includes("ERR_CONNECTION_REFUSED"));
  });

  it("fits a telephone", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByLabel("Your question").fill("What does a cat eat?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.locator(".source").first().waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
