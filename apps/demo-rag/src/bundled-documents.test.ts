import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { KokeshiEmbeddings } from "@kokeshi/langchain";
import { beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "./answering/answer.js";
import { ExtractiveAnswerer } from "./answering/extractive-answerer.js";
import { questions } from "./fixtures/questions.js";
import { DocumentLibrary } from "./library/document-library.js";

const documents = join(import.meta.dirname, "../documents");
const modelFolder = dirname(createRequire(import.meta.url).resolve("@kokeshi/model-en-ja/package.json"));
const hasModel = existsSync(join(modelFolder, "model.safetensors"));
const remark = hasModel ? "" : " (SKIPPED: @kokeshi/model-en-ja has no weights here)";

describe("the bundled documents", () => {
  it("come in both languages", () => {
    const names = readdirSync(documents);
    const english = names.filter((name) => !name.endsWith(".ja.md"));
    expect(english.length).toBeGreaterThanOrEqual(8);
    expect(names).toHaveLength(2 * english.length);
    for (const name of english) expect(names).toContain(name.replace(/\.md$/, ".ja.md"));
  });
});

describe.skipIf(!hasModel)(`questions about the bundled documents, with the default model${remark}`, () => {
  let library: DocumentLibrary;
  let answerer: ExtractiveAnswerer;

  beforeAll(async () => {
    const embeddings = await KokeshiEmbeddings.load();
    library = new DocumentLibrary(embeddings);
    answerer = new ExtractiveAnswerer(embeddings, library);
    for (const name of readdirSync(documents)) await library.add(name, await readFile(join(documents, name)));
  });

  async function answer(question: string): Promise<Answer> {
    const passages = await library.search(question, 6);
    for await (const event of answerer.answer(question, passages, new AbortController().signal)) {
      if (event.type === "done") return event.answer;
    }
    throw new Error("no answer");
  }

  it.each([
    ["How do I make my index smaller?", "smaller-index.md", "store each number in fewer bits"],
    ["インデックスを小さくするにはどうすればいいですか？", "smaller-index.ja.md", "int8 で保存します"],
  ])("%s is answered from the right passage", async (question, document, sentence) => {
    const { kind, text, citations, cited } = await answer(question);
    expect(kind).toBe("quotes");
    expect(text).toContain(sentence);
    const supporting = citations.filter(({ number }) => cited.includes(number));
    const right = supporting.find((citation) => citation.text.replaceAll("\n", " ").includes(sentence));
    expect(right?.documentName).toBe(document);
  });

  it("finds the right section first for most questions, and among six for every one", async () => {
    const ranks = await Promise.all(
      questions.map(async ({ question, document, headings }) => {
        const passages = await library.search(question, 6);
        return passages.findIndex(
          (passage) => passage.document.name === document && headings.includes(passage.headings.at(-1) ?? ""),
        );
      }),
    );
    expect(questions.filter((_, index) => ranks[index] === -1)).toEqual([]);
    // Measured: 20 of 20. A retrained model may lose a few.
    expect(ranks.filter((rank) => rank === 0).length).toBeGreaterThanOrEqual(16);
  });

  it.each(["What is the weather in Paris?", "How do I center a div?", "ワールドカップの優勝国は？"])(
    "has no answer to %s",
    async (question) => {
      expect((await answer(question)).kind).toBe("none");
    },
  );

  it("doubts an answer that is not very close", async () => {
    expect((await answer("How do I translate a document?")).note).toContain("None of them is very close");
  });
});
