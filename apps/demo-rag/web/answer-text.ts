import type { Citation } from "./service.js";
import { element } from "./element.js";

export type OnCite = (citation: Citation) => void;

/** An answer's text as elements: paragraphs, lists, `code`, **bold**, and a button for each [n]. */
export function answerText(text: string, citations: readonly Citation[], onCite: OnCite): HTMLElement[] {
  return text
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== "")
    .map((block) => {
      const items = block.split("\n").map((line) => /^\s*(?:[-*•]|\d+\.)\s+(.*)$/.exec(line)?.[1]);
      if (items.every((item) => item !== undefined)) {
        return element(
          "ul",
          {},
          ...items.map((item) => element("li", {}, ...inline(item, citations, onCite))),
        );
      }
      return element("p", {}, ...inline(block, citations, onCite));
    });
}

/** One line of text as inline elements. */
export function inline(text: string, citations: readonly Citation[], onCite: OnCite): (Node | string)[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[\d{1,3}\])/).map((part) => {
    if (part.startsWith("`") && part.length > 2) return element("code", {}, part.slice(1, -1));
    if (part.startsWith("**") && part.length > 4) return element("strong", {}, part.slice(2, -2));
    const number = /^\[(\d+)\]$/.exec(part)?.[1];
    const citation = citations.find((candidate) => candidate.number === Number(number));
    return citation === undefined ? part : citationButton(citation, onCite);
  });
}

function citationButton(citation: Citation, onCite: OnCite): HTMLElement {
  return element(
    "button",
    {
      class: "cite",
      type: "button",
      label: `Source ${citation.number}: ${placeOf(citation)}`,
      title: placeOf(citation),
      onClick: () => onCite(citation),
    },
    String(citation.number),
  );
}

/** Where a passage stands: document, headings, page. */
export function placeOf({ documentName, headings, page }: Citation): string {
  const place = [documentName, ...headings.slice(-2)].join(" › ");
  return page === undefined ? place : `${place}, page ${page}`;
}
