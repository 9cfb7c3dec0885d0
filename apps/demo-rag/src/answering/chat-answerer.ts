import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { DemoError } from "../demo-error.js";
import type { RetrievedPassage } from "../library/document-library.js";
import { citationOf, emptyAnswer, type AnswerEvent, type Answerer } from "./answer.js";
import { chatPrompt, numberedPassages } from "./chat-prompt.js";
import { checkCitations } from "./citation-numbers.js";
import { languageOf, type Language } from "./language.js";

const note: Readonly<Record<Language, (model: string) => string>> = {
  en: (model) => `Written by ${model} from the passages below; check its citations.`,
  ja: (model) => `${model} が下の文章をもとに作成しました。引用元をご確認ください。`,
};

const withoutCitations: Readonly<Record<Language, string>> = {
  en: "The model cited none of the passages.",
  ja: "モデルは出典を示しませんでした。",
};

/** Answers with a LangChain chat model that is shown the retrieved passages, numbered. */
export class ChatAnswerer implements Answerer {
  readonly description: { kind: "chat"; model: string };

  constructor(
    private readonly model: BaseChatModel,
    name: string,
  ) {
    this.description = { kind: "chat", model: name };
  }

  /** Throws DemoError "chat-model" when the model fails, and `signal.reason` when aborted. */
  async *answer(
    question: string,
    passages: readonly RetrievedPassage[],
    signal: AbortSignal,
  ): AsyncGenerator<AnswerEvent> {
    const language = languageOf(question);
    const citations = passages.map((passage, index) => citationOf(passage, index + 1));
    yield { type: "citations", citations };
    if (citations.length === 0) {
      yield { type: "done", answer: emptyAnswer(language) };
      return;
    }
    const chain = chatPrompt.pipe(this.model).pipe(new StringOutputParser());
    let written = "";
    try {
      const pieces = await chain.stream({ question, passages: numberedPassages(citations) }, { signal });
      for await (const text of pieces) {
        if (text === "") continue;
        written += text;
        yield { type: "text", text };
      }
    } catch (error) {
      signal.throwIfAborted();
      throw this.failure(error);
    }
    signal.throwIfAborted();
    if (written.trim() === "") throw this.failure(new Error("it wrote nothing"));
    const { text, cited } = checkCitations(written.trim(), citations.length);
    const notes = [
      note[language](this.description.model),
      ...(cited.length === 0 ? [withoutCitations[language]] : []),
    ];
    yield {
      type: "done",
      answer: { kind: "chat", language, text, note: notes.join(" "), citations, cited },
    };
  }

  private failure(cause: unknown): DemoError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new DemoError(
      "chat-model",
      `the language model ${this.description.model} failed (${reason})`,
      "check KOKESHI_CHAT_MODEL, its address and its key, and that the service runs; without KOKESHI_CHAT_MODEL the demo quotes",
      cause,
    );
  }
}
