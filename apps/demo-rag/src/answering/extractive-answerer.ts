import type { KokeshiEmbeddings } from "@kokeshi/langchain";
import type { DocumentLibrary, RetrievedPassage } from "../library/document-library.js";
import { citationOf, emptyAnswer, type AnswerEvent, type Answerer } from "./answer.js";
import { languageOf, type Language } from "./language.js";
import { bestQuotes } from "./quotes.js";

const note: Readonly<Record<Language, string>> = {
  en: "No language model is configured: these sentences are quoted from your documents, not generated.",
  ja: "言語モデルが設定されていないため、文書の文をそのまま引用しています。生成した文章ではありません。",
};

const doubt: Readonly<Record<Language, string>> = {
  en: "None of them is very close to the question.",
  ja: "質問にぴったり合う文は見つかりませんでした。",
};

/** A best quote that scores less may well be about something else. */
const doubtBelow = 0.2;

/** Answers without a language model: quotes the best sentences of the retrieved passages, each with its citation. */
export class ExtractiveAnswerer implements Answerer {
  readonly description = { kind: "quotes" } as const;

  constructor(
    private readonly embeddings: KokeshiEmbeddings,
    private readonly library: Pick<DocumentLibrary, "scorer">,
  ) {}

  async *answer(
    question: string,
    passages: readonly RetrievedPassage[],
    signal: AbortSignal,
  ): AsyncGenerator<AnswerEvent> {
    const language = languageOf(question);
    const quotes = await bestQuotes(question, passages, this.embeddings, this.library.scorer(question));
    signal.throwIfAborted();
    // What is quoted is numbered first, in the order of the answer.
    const ordered = [...new Set([...quotes.map(({ passage }) => passage), ...passages])];
    const citations = ordered.map((passage, index) => {
      const own = quotes.filter((quote) => quote.passage === passage);
      return citationOf(
        passage,
        index + 1,
        own.map(({ start, end }) => ({ start, end })),
      );
    });
    yield { type: "citations", citations };
    if (quotes.length === 0) {
      yield { type: "done", answer: emptyAnswer(language, citations) };
      return;
    }
    const numbered = quotes.map((quote) => ({ ...quote, number: ordered.indexOf(quote.passage) + 1 }));
    numbered.sort((a, b) => a.number - b.number || a.start - b.start);
    const text = numbered.map((quote) => `${quote.text} [${quote.number}]`).join("\n");
    const cited = [...new Set(numbered.map(({ number }) => number))];
    const isDoubtful = Math.max(...quotes.map(({ score }) => score)) < doubtBelow;
    const notes = isDoubtful ? [note[language], doubt[language]] : [note[language]];
    yield { type: "text", text };
    yield {
      type: "done",
      answer: {
        kind: "quotes",
        language,
        text,
        note: notes.join(language === "ja" ? "" : " "),
        citations,
        cited,
      },
    };
  }
}
