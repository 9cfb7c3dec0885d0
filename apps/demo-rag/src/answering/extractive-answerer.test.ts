import { KokeshiEmbeddings } from "@kokeshi/langchain";
import { beforeAll, describe, expect, it } from "vitest";
import { letterPairModel } from "../fixtures/letter-pair-model.js";
import { DocumentLibrary } from "../library/document-library.js";
import type { Answer, AnswerEvent } from "./answer.js";
import { ExtractiveAnswerer } from "./extractive-answerer.js";

const files = {
  "cats.md":
    "# Cats\n\nCats sleep most of the day. A cat eats fish and meat.\n\n## Care\n\nA cat needs fresh water.",
  "dogs.md": "# Dogs\n\nDogs guard the house. A dog eats bones and meat.",
  "neko.md": "# 猫\n\n猫は一日の大半を眠って過ごします。猫は魚や肉を食べます。",
};

const never = new AbortController().signal;

describe("ExtractiveAnswerer", () => {
  const embeddings = new KokeshiEmbeddings({ model: letterPairModel() });
  const library = new DocumentLibrary(embeddings);
  const answerer = new ExtractiveAnswerer(embeddings, library);

  beforeAll(async () => {
    for (const [name, text] of Object.entries(files)) await library.add(name, new TextEncoder().encode(text));
  });

  async function events(question: string): Promise<AnswerEvent[]> {
    const all: AnswerEvent[] = [];
    for await (const event of answerer.answer(question, await library.search(question, 6), never))
      all.push(event);
    return all;
  }

  async function answer(question: string): Promise<Answer> {
    const last = (await events(question)).at(-1);
    if (last?.type !== "done") throw new Error("no answer");
    return last.answer;
  }

  it("quotes word for word, and says that it quotes", async () => {
    const { kind, language, text, note, citations, cited } = await answer("What meat does a cat eat?");
    expect(kind).toBe("quotes");
    expect(language).toBe("en");
    expect(note).toContain("quoted from your documents, not generated");
    expect(text.split("\n")[0]).toBe("A cat eats fish and meat. [1]");
    expect(cited[0]).toBe(1);
    expect(citations[0]).toMatchObject({ number: 1, documentName: "cats.md", headings: ["Cats"] });
    for (const { documentId, start, end, text: passage, quotes } of citations) {
      const whole = library.get(documentId).text;
      expect(whole.slice(start, end)).toBe(passage);
      for (const quote of quotes) expect(text).toContain(whole.slice(quote.start, quote.end));
    }
  });

  it("answers a Japanese question with Japanese sentences and a Japanese note", async () => {
    const { language, text, note, citations } = await answer("猫は何を食べますか？");
    expect(language).toBe("ja");
    expect(text).toContain("猫は魚や肉を食べます。 [1]");
    expect(note).toContain("生成した文章ではありません");
    expect(citations[0]?.documentName).toBe("neko.md");
  });

  it("cites every quote and numbers what is quoted first", async () => {
    const { text, citations, cited } = await answer("Does a dog or a cat eat meat?");
    const lines = text.split("\n");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/ \[\d\]$/);
    expect(cited).toEqual(cited.map((_, index) => index + 1));
    for (const { number, quotes } of citations) expect(quotes.length > 0).toBe(cited.includes(number));
  });

  it("says so when nothing is close, in the language of the question", async () => {
    const english = await answer("quantum chromodynamics");
    expect(english).toMatchObject({
      kind: "none",
      cited: [],
      text: "I found nothing about that in the documents.",
    });
    expect((await answer("素粒子論")).text).toContain("見つかりませんでした");
  });

  it("tells the passages first and then the text", async () => {
    expect((await events("cat")).map(({ type }) => type)).toEqual(["citations", "text", "done"]);
  });

  it("stops when aborted", async () => {
    const signal = AbortSignal.abort(new Error("gone"));
    const stopped = answerer.answer("cat", await library.search("cat", 2), signal).next();
    await expect(stopped).rejects.toThrow("gone");
  });
});
