import { languageOf } from "../src/answering/language.js";
import { answerText, inline, placeOf, type OnCite } from "./answer-text.js";
import { byId, element } from "./element.js";
import { markedText } from "./marked-text.js";
import type { Answer, Citation, Problem } from "./service.js";

/** The place where the answer appears, in all its states. */
export class AnswerView {
  private readonly place = byId("answer", HTMLElement);

  constructor(private readonly onCite: OnCite) {}

  loading(question: string): void {
    this.place.setAttribute("aria-busy", "true");
    this.place.replaceChildren(
      asked(question),
      element("p", { class: "hint searching" }, "Searching the documents…"),
      element("div", { class: "skeleton" }, element("span"), element("span"), element("span")),
    );
  }

  /** What a language model has written so far. */
  writing(question: string, text: string, citations: readonly Citation[], onStop: () => void): void {
    this.place.replaceChildren(
      asked(question),
      element(
        "div",
        { class: "answer-text writing", lang: languageOf(text) },
        ...answerText(text, citations, this.onCite),
      ),
      element("button", { type: "button", onClick: onStop }, "Stop"),
    );
  }

  done(question: string, answer: Answer): void {
    this.settle(asked(question), ...this.body(answer));
  }

  stopped(question: string): void {
    this.settle(asked(question), element("p", { class: "hint" }, "Stopped."));
  }

  failed(question: string, { message, remedy }: Problem, onRetry: () => void): void {
    this.settle(
      asked(question),
      element("p", { class: "problem" }, `${message}; ${remedy}.`),
      element("button", { type: "button", onClick: onRetry }, "Try again"),
    );
  }

  private settle(...children: HTMLElement[]): void {
    this.place.replaceChildren(...children);
    this.place.setAttribute("aria-busy", "false");
  }

  private body({ kind, text, note, language, citations, cited }: Answer): HTMLElement[] {
    const used = citations.filter(({ number }) => cited.includes(number));
    const unused = citations.filter(({ number }) => !cited.includes(number));
    const parts: HTMLElement[] = [];
    if (note !== "") parts.push(element("p", { class: "note", lang: language }, note));
    parts.push(
      kind === "quotes"
        ? element("div", { class: "answer-text" }, ...this.quotes(text, citations))
        : element(
            "div",
            { class: "answer-text", lang: language },
            ...answerText(text, citations, this.onCite),
          ),
    );
    if (used.length > 0) parts.push(element("h3", {}, "Sources"), this.sources(used));
    if (unused.length > 0) {
      const summary = used.length > 0 ? "Also retrieved" : "Closest passages";
      parts.push(
        element("details", {}, element("summary", {}, `${summary} (${unused.length})`), this.sources(unused)),
      );
    }
    return parts;
  }

  private quotes(text: string, citations: readonly Citation[]): HTMLElement[] {
    return text
      .split("\n")
      .map((line) =>
        element("blockquote", { lang: languageOf(line) }, ...inline(line, citations, this.onCite)),
      );
  }

  private sources(citations: readonly Citation[]): HTMLElement {
    return element("ol", { class: "sources" }, ...citations.map((citation) => this.source(citation)));
  }

  private source(citation: Citation): HTMLElement {
    const { number, text, start, quotes, score } = citation;
    const inPassage = quotes.map((quote) => ({ start: quote.start - start, end: quote.end - start }));
    return element(
      "li",
      {},
      element(
        "button",
        { class: "source", type: "button", onClick: () => this.onCite(citation) },
        element(
          "span",
          { class: "source-head" },
          element("span", { class: "badge" }, String(number)),
          element("span", { class: "source-place", lang: languageOf(placeOf(citation)) }, placeOf(citation)),
          element(
            "span",
            {
              class: "score",
              title: "How near the passage is to the question, by meaning and by words",
            },
            score.toFixed(2),
          ),
        ),
        element(
          "span",
          { class: "excerpt", lang: languageOf(text) },
          ...markedText(text, { start: 0, end: text.length }, { quotes: inPassage }),
        ),
      ),
    );
  }
}

function asked(question: string): HTMLElement {
  return element("p", { class: "asked", lang: languageOf(question) }, question);
}
