import { languageOf } from "../src/answering/language.js";
import { placeOf } from "./answer-text.js";
import { documentLines } from "./document-lines.js";
import { byId, element } from "./element.js";
import { documentText, ServiceError, type Citation } from "./service.js";

/** The dialog that shows a whole document and, for a citation, its passage highlighted. */
export class DocumentViewer {
  private readonly dialog = byId("viewer", HTMLDialogElement);
  private readonly title = byId("viewer-title", HTMLElement);
  private readonly place = byId("viewer-place", HTMLElement);
  private readonly text = byId("viewer-text", HTMLElement);
  private shown = 0;

  constructor() {
    byId("viewer-close", HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    // A click beside the dialog's content is a click on its backdrop.
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  /** Opens the document; the citation, where there is one, says what to highlight and scroll to. */
  async open(id: string, name: string, citation?: Citation): Promise<void> {
    const turn = ++this.shown;
    this.title.textContent = name;
    this.title.lang = languageOf(name);
    this.place.textContent = citation === undefined ? "" : `Source ${citation.number}: ${placeOf(citation)}`;
    this.text.replaceChildren(element("p", { class: "hint" }, "Opening…"));
    if (!this.dialog.open) this.dialog.showModal();
    try {
      const document = await documentText(id);
      if (turn !== this.shown) return;
      const hasMarkup = document.kind === "markdown" || document.kind === "html";
      const marks = { passage: citation, quotes: citation?.quotes ?? [] };
      this.title.textContent = document.title ?? document.name;
      this.title.lang = languageOf(document.title ?? document.name);
      this.text.lang = languageOf(document.text.slice(0, 2_000));
      this.text.replaceChildren(...documentLines(document.text, hasMarkup, marks));
      this.text.scrollTop = 0;
      this.text.querySelector("mark")?.scrollIntoView({ block: "center" });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { message, remedy } = error.problem;
      this.text.replaceChildren(element("p", { class: "problem" }, `${message}; ${remedy}.`));
    }
  }
}
