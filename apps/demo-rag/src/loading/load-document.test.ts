import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DemoError } from "../demo-error.js";
import { filteredPdf, smallPdf } from "../fixtures/small-pdf.js";
import { loadDocument } from "./load-document.js";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("loadDocument", () => {
  it("reads Markdown and text as they are, in any case of the extension", async () => {
    const markdown = await loadDocument("notes.MD", bytes("# Title\n\nこんにちは"));
    expect(markdown).toEqual({
      name: "notes.MD",
      kind: "markdown",
      text: "# Title\n\nこんにちは",
      pageStarts: [],
    });
    expect((await loadDocument("notes.txt", bytes("plain"))).kind).toBe("text");
  });

  it("drops a byte order mark and Windows line ends", async () => {
    const { text } = await loadDocument(
      "a.txt",
      Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes("one\r\ntwo\rthree")),
    );
    expect(text).toBe("one\ntwo\nthree");
  });

  it("takes the text of a web page, headings as in Markdown, without scripts, menus and markup", async () => {
    const html = `<!doctype html><html><head><title>t</title><style>p{}</style></head><body><nav>Menu</nav>
      <h1>Kokeshi &amp; dolls</h1><p>One <b>bold</b> word,<br>a <a href="https://example.com">link</a>.</p>
      <h2>表</h2><ul><li>一つ目</li><li>二つ目</li></ul><script>alert("no")</script></body></html>`;
    const { text, kind } = await loadDocument("page.html", bytes(html));
    expect(kind).toBe("html");
    expect(text).toBe("# Kokeshi & dolls\n\nOne bold word,\na link.\n\n## 表\n\n- 一つ目\n- 二つ目");
  });

  it("reads the pages of a PDF in English and Japanese, and knows where each begins", async () => {
    const pdf = smallPdf([
      ["Quantization makes an index smaller."],
      ["量子化すると索引が小さくなります。", "Second line"],
    ]);
    const { text, pageStarts, kind } = await loadDocument("paper.pdf", pdf);
    expect(kind).toBe("pdf");
    expect(text).toBe(
      "Quantization makes an index smaller.\n\n量子化すると索引が小さくなります。\nSecond line",
    );
    expect(pageStarts.map((start) => text.slice(start, start + 3))).toEqual(["Qua", "量子化"]);
  });

  it("undoes the radicals and ligatures that PDF writers put for kanji and letters", async () => {
    const { text } = await loadDocument("radicals.pdf", smallPdf([["⽇本の⼩さな⼈形 is ﬁne"]]));
    expect(text).toBe("日本の小さな人形 is fine");
  });

  it.each([
    ["nothing.txt", new Uint8Array(0), "empty-document"],
    ["blank.md", bytes(" \n\t\n"), "empty-document"],
    ["scanned.pdf", smallPdf([[], []]), "empty-document"],
    ["script.html", bytes("<script>1</script>"), "empty-document"],
    ["sjis.txt", Uint8Array.of(0x93, 0xfa, 0x96, 0x7b), "unreadable-file"],
    ["utf16.txt", Uint8Array.of(0xff, 0xfe, 0x61, 0x00), "unreadable-file"],
    ["binary.txt", Uint8Array.of(0x61, 0x00, 0x62), "unreadable-file"],
    ["program.exe", bytes("MZ"), "unsupported-type"],
    ["no-extension", bytes("text"), "unsupported-type"],
    ["constructor", bytes("text"), "unsupported-type"],
    ["a.constructor", bytes("text"), "unsupported-type"],
    ["text.pdf", bytes("just text"), "unsupported-type"],
    ["paper.txt", smallPdf([["text"]]), "unsupported-type"],
    ["cut.pdf", bytes("%PDF-1.4\n1 0 obj\n<<"), "unreadable-file"],
    ["long.txt", bytes("a".repeat(5_000_001)), "too-large"],
  ])("refuses %s", async (name, content, code) => {
    const error = await loadDocument(name, content).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DemoError);
    expect(error).toMatchObject({ code, part: "demo-rag" });
    expect((error as DemoError).problem).toContain(name);
  });

  it("survives web pages nested twenty thousand deep", async () => {
    const page = bytes(`<p>before</p>${"<div>".repeat(20_000)}deep`);
    expect((await loadDocument("deep.html", page)).text).toBe("before");
  });

  it("stops a PDF that unfolds into more memory than allowed", async () => {
    // 300 MB of zeros, deflated twice, are 2 kB.
    const bomb = deflateSync(deflateSync(Buffer.alloc(300_000_000)));
    expect(bomb.length).toBeLessThan(5_000);
    const loading = loadDocument("bomb.pdf", filteredPdf(bomb, "/FlateDecode /FlateDecode"), {
      milliseconds: 60_000,
      memory: 100_000_000,
    });
    await expect(loading).rejects.toThrow("bomb.pdf takes too much memory");
  });

  it("stops a small PDF that takes too long: a character map of millions of codes", async () => {
    const whole = Buffer.from(smallPdf([["text"]])).toString("latin1");
    const slow = Buffer.from(whole.replace("<ffff> <0100>", "<ffffff> <10>"), "latin1");
    expect(slow.toString("latin1")).not.toBe(whole);
    const loading = loadDocument("slow.pdf", slow, { milliseconds: 2_000, memory: 1e10 });
    await expect(loading).rejects.toThrow("slow.pdf takes too much time");
  });

  it("answers any damage to a PDF with text or a typed error", { timeout: 60_000 }, async () => {
    const whole = smallPdf([["Some text to damage."], ["And a second page."]]);
    const position = fc.nat(whole.length - 1);
    const damage = fc.record({
      changes: fc.array(fc.tuple(position, fc.nat(255)), { maxLength: 30 }),
      length: fc.oneof(fc.constant(whole.length), fc.integer({ min: 8, max: whole.length })),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ changes, length }) => {
        const damaged = whole.slice(0, length);
        for (const [at, value] of changes) damaged[at] = value;
        const limits = { milliseconds: 3_000, memory: 1e9 };
        const outcome: unknown = await loadDocument("damaged.pdf", damaged, limits).catch(
          (error: unknown) => error,
        );
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DemoError);
        else expect(outcome).toMatchObject({ kind: "pdf" });
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
