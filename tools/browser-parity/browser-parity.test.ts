import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  createBackendRegistry,
  embed,
  type EmbeddingModel,
  type Embeddings,
  type EmbedResult,
  type ModelFolder,
} from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { KokeshiEmbeddings, KokeshiVectorStore } from "@kokeshi/langchain";
import { analyzeText, Bm25Index } from "@kokeshi/lexical";
import { truncate } from "@kokeshi/matryoshka";
import { calibrate, calibrationToJson, decode, quantize } from "@kokeshi/quantization";
import { staticBackend } from "@kokeshi/static-model";
import { describeWithChromium, launchChromium } from "@kokeshi/test-browser";
import { build, type BuildOptions } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {} from "./langchain-page.js";
import type {} from "./page.js";

const files = ["config.json", "tokenizer.json", "tokenizer.trie", "model.safetensors"];
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

/** What a user's bundler makes of an entry: scripts by name, the first one loaded, and what each imports. */
async function bundle(entry: BuildOptions) {
  const { outputFiles, metafile } = await build({
    ...entry,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    write: false,
    metafile: true,
    outdir: "out",
    conditions: ["@kokeshi/source"],
    absWorkingDir: import.meta.dirname,
  });
  const outputs = Object.entries(metafile.outputs).map(([path, { imports, entryPoint = "" }]) => ({
    name: basename(path),
    entryPoint,
    imports: imports.filter(({ kind }) => kind === "import-statement").map((each) => basename(each.path)),
  }));
  return { outputs, scripts: new Map(outputFiles.map(({ path, text }) => [basename(path), text])) };
}

/** Scripts that are loaded with those named, them included. */
function loadedWith({ outputs }: Awaited<ReturnType<typeof bundle>>, ...names: string[]): Set<string> {
  const loaded = new Set(names);
  for (const name of loaded) {
    for (const other of outputs.find((output) => output.name === name)?.imports ?? []) loaded.add(other);
  }
  return loaded;
}

describe("a bundle for browsers", () => {
  it("of core, tokenizer, static-model and kernels stays small for the default model", async () => {
    const bundled = await bundle({
      stdin: {
        contents: `export { embed, memoryFolder } from "@kokeshi/core"; export { loadStaticModel } from "@kokeshi/static-model";`,
        resolveDir: import.meta.dirname,
      },
    });
    const kilobytes = (names: Iterable<string>) =>
      Array.from(names, (name) => gzipSync(bundled.scripts.get(name) ?? "").length).reduce(
        (a, b) => a + b,
        0,
      ) / 1000;
    const unigram = bundled.outputs.find(({ entryPoint }) => entryPoint.endsWith("/unigram-encoder.ts"));
    const initial = kilobytes(loadedWith(bundled, "stdin.js"));
    const withModel = kilobytes(loadedWith(bundled, "stdin.js", unigram?.name ?? ""));
    const everything = kilobytes(bundled.scripts.keys());
    console.log(
      `core + tokenizer + static-model + kernels, gzipped: ${initial.toFixed(1)} kB at first, ` +
        `${withModel.toFixed(1)} kB with the tokenizer of the default model, ${everything.toFixed(1)} kB with all tokenizers`,
    );
    expect(initial).toBeGreaterThan(10);
    expect(withModel).toBeGreaterThan(initial);
    expect(withModel).toBeLessThan(40);
  });

  it("of quantization, of matryoshka without its funnel, and of lexical with its kernels, is a few kilobytes", async () => {
    for (const [name, names, limit] of [
      ["quantization", "calibrate, quantize, decode, decodingFor, prepareQuery, scoreAsymmetric", 4],
      ["matryoshka", "ladder, truncate, withDimensions, measureDimensions", 2],
      ["lexical", "analyzeText, Bm25Index, fuseScores", 25],
    ] as const) {
      const contents = `export { ${names} } from "@kokeshi/${name}";`;
      const { scripts } = await bundle({ stdin: { contents, resolveDir: import.meta.dirname } });
      const kilobytes = gzipSync([...scripts.values()].join("")).length / 1000;
      console.log(`${name}, gzipped: ${kilobytes.toFixed(1)} kB`);
      expect(kilobytes).toBeGreaterThan(0.5);
      expect(kilobytes).toBeLessThan(limit);
    }
  });
});

describeWithChromium("the default model in Chromium", () => {
  let folder: ModelFolder;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let model: EmbeddingModel;
  let inNode: EmbedResult;
  const requested: string[] = [];

  beforeAll(async () => {
    folder = await resolveModel("@kokeshi/model-en-ja");
    ({ model } = await createBackendRegistry([staticBackend]).open(folder));
    inNode = await embed(model, texts);

    const { scripts } = await bundle({
      entryPoints: ["page.ts", "langchain-page.ts"].map((name) => join(import.meta.dirname, name)),
    });
    server = createServer((request, response) => {
      const path = request.url ?? "/";
      if (path === "/")
        response.setHeader("content-type", "text/html").end('<script type="module" src="page.js"></script>');
      else if (scripts.has(path.slice(1))) {
        requested.push(path);
        response.setHeader("content-type", "text/javascript").end(scripts.get(path.slice(1)));
      } else if (files.includes(path.replace("/model/", ""))) {
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

  it("gives Node's vectors bit for bit, whole and truncated, and Node's codes", async () => {
    const { embeddings } = inNode;
    const calibration = calibrate(embeddings, { percentile: 95 });
    const inPage = await page.evaluate(
      ([names, inputs, ranges]) => window.embedInPage(names as string[], inputs as string[], ranges),
      [files, texts, calibrationToJson(calibration)],
    );
    const bitsOf = ({ data }: Embeddings): number[] =>
      Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length));
    const int8 = quantize(embeddings, "int8", calibration);
    expect(inPage).toEqual({
      bits: bitsOf(embeddings),
      binary: Array.from(quantize(embeddings, "ubinary").data),
      int8: Array.from(int8.data),
      decodedBits: bitsOf(decode(int8, calibration)),
      truncatedBits: bitsOf(truncate(embeddings, 64)),
    });
    expect(embeddings.data.some((component) => component !== 0)).toBe(true);
    // Of the tokenizers that are loaded on demand, the model's own.
    expect(requested.filter((path) => /-encoder-/.test(path))).toEqual([
      expect.stringMatching(/^\/unigram-encoder-/),
    ]);
  });

  it("finds the words that Node finds", async () => {
    const index = new Bm25Index();
    for (const [document, text] of texts.entries()) index.add(document, analyzeText(text));
    const query = "a smaller INDEX, 𠮷野家のガバナンス";
    const { rows, scores } = index.score(analyzeText(query)).nearest(5);
    expect(rows).toHaveLength(3);
    const inPage = await page.evaluate(
      ([all, asked]) => window.searchInPage(all as string[], asked as string),
      [texts, query],
    );
    expect(inPage).toEqual({ rows: Array.from(rows), scores: Array.from(scores) });
  });

  it("searches with LangChain as in Node, and says why it cannot load a model by name", async () => {
    await page.addScriptTag({ type: "module", url: "langchain-page.js" });
    await page.waitForFunction(() => "loadWithLangChain" in window);
    const store = await KokeshiVectorStore.fromTexts(texts, [], new KokeshiEmbeddings({ model }));
    const query = "a smaller index";
    const inNode = await store.similaritySearchWithScore(query, texts.length);
    const inPage = await page.evaluate(
      ([names, all, asked]) =>
        window.searchWithLangChain(names as string[], all as string[], asked as string),
      [files, texts, query],
    );
    expect(inPage).toEqual(inNode.map(([{ pageContent }, score]) => [pageContent, score]));
    expect(inPage[0]?.[0]).toBe(texts[0]);
    expect(await page.evaluate(() => window.loadWithLangChain())).toMatch(
      /@kokeshi\/model-en-ja on a disk, which a browser has not; fetch its files/,
    );
  });
});
