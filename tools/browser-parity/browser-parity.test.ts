import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createBackendRegistry, embed, type EmbedResult, type ModelFolder } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { quantize } from "@kokeshi/quantization";
import { staticBackend } from "@kokeshi/static-model";
import { describeWithChromium, launchChromium } from "@kokeshi/test-browser";
import { build, type BuildOptions } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {} from "./page.js";

const files = ["config.json", "tokenizer.json", "model.safetensors"];
const texts = [
  "How do I make my index smaller?",
  "インデックスを小さくするにはどうすればいいですか？",
  "ｶﾞﾊﾞﾅﾝｽ ＡＢＣ ① ㍿",
  "naïve café, Σίσυφος, İstanbul, straße 👩‍👩‍👧‍👦 𠮷野家",
  "",
  "   \t\n ",
  "a".repeat(5000),
  "lone \uD800 surrogate",
];

async function bundle(entry: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...entry,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    write: false,
    conditions: ["@kokeshi/source"],
    absWorkingDir: import.meta.dirname,
  });
  return outputFiles?.[0]?.text ?? "";
}

describe("a bundle for browsers", () => {
  it("of core, tokenizer and static-model stays small", async () => {
    const code = await bundle({
      stdin: {
        contents: `export { embed, memoryFolder } from "@kokeshi/core"; export { loadStaticModel } from "@kokeshi/static-model";`,
        resolveDir: import.meta.dirname,
      },
    });
    const kilobytes = gzipSync(code).length / 1000;
    console.log(`core + tokenizer + static-model: ${kilobytes.toFixed(1)} kB gzipped`);
    expect(kilobytes).toBeLessThan(40);
  });
});

describeWithChromium("the default model in Chromium", () => {
  let folder: ModelFolder;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let inNode: EmbedResult;

  beforeAll(async () => {
    folder = await resolveModel("@kokeshi/model-en-ja");
    const { model } = await createBackendRegistry([staticBackend]).open(folder);
    inNode = await embed(model, texts);

    const script = await bundle({ entryPoints: [join(import.meta.dirname, "page.ts")] });
    server = createServer((request, response) => {
      const path = request.url ?? "/";
      if (path === "/")
        response.setHeader("content-type", "text/html").end('<script type="module" src="page.js"></script>');
      else if (path === "/page.js") response.setHeader("content-type", "text/javascript").end(script);
      else if (files.includes(path.replace("/model/", ""))) {
        void folder.read(path.replace("/model/", "")).then((bytes) => response.end(bytes));
      } else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => "embedInPage" in window);
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it("gives Node's vectors bit for bit, and Node's binary codes", async () => {
    const inPage = await page.evaluate(
      ([names, inputs]) => window.embedInPage(names as string[], inputs as string[]),
      [files, texts],
    );
    const { data } = inNode.embeddings;
    expect(inPage.bits).toEqual(Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length)));
    expect(inPage.binary).toEqual(Array.from(quantize(inNode.embeddings, "ubinary").data));
    expect(data.some((component) => component !== 0)).toBe(true);
  });
});
