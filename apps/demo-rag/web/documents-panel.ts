import { languageOf } from "../src/answering/language.js";
import type { DocumentViewer } from "./document-viewer.js";
import { byId, element } from "./element.js";
import * as service from "./service.js";

/** The list of documents, and all ways to add to it. */
export class DocumentsPanel {
  private readonly list = byId("document-list", HTMLUListElement);
  private readonly count = byId("document-count", HTMLElement);
  private readonly status = byId("document-status", HTMLElement);
  private readonly failures = byId("document-failures", HTMLUListElement);
  private readonly input = byId("files", HTMLInputElement);

  constructor(
    private readonly viewer: DocumentViewer,
    extensions: readonly string[],
  ) {
    this.input.accept = extensions.join(",");
    this.input.addEventListener("change", () => {
      const files = [...(this.input.files ?? [])];
      this.input.value = "";
      void this.add(files);
    });
    this.acceptDrops();
  }

  async refresh(): Promise<void> {
    const documents = await service.documents();
    this.count.textContent = String(documents.length);
    // One's own documents first, the newest on top.
    const own = documents.filter(({ bundled }) => !bundled).reverse();
    const sorted = [...own, ...documents.filter(({ bundled }) => bundled)];
    this.list.replaceChildren(...sorted.map((document) => this.entry(document)));
    if (documents.length === 0) {
      this.list.append(element("li", { class: "empty" }, "No documents yet. Add one to ask about it."));
    }
  }

  private entry(document: service.DocumentSummary): HTMLElement {
    const { id, name, title = name, passages, pages } = document;
    const size = pages === undefined ? count(passages, "passage") : count(pages, "page");
    return element(
      "li",
      {},
      element(
        "button",
        { class: "document", type: "button", onClick: () => void this.viewer.open(id, title) },
        element("span", { class: "document-title", lang: languageOf(title) }, title),
        element("span", { class: "hint" }, title === name ? size : `${name} · ${size}`),
      ),
      element(
        "button",
        {
          class: "remove",
          type: "button",
          label: `Remove ${name}`,
          title: "Remove",
          onClick: () => void this.remove(document),
        },
        "×",
      ),
    );
  }

  private async remove({ id, name }: service.DocumentSummary): Promise<void> {
    await this.reporting(async () => {
      await service.removeDocument(id);
      await this.refresh();
      this.status.textContent = `Removed ${name}.`;
      // The button that had the focus is gone.
      this.input.focus();
    });
  }

  private async add(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    this.failures.replaceChildren();
    this.status.textContent = `Adding ${count(files.length, "file")}…`;
    this.status.classList.add("busy");
    await this.reporting(async () => {
      const { added, failed } = await service.addFiles(files);
      this.status.textContent = added.length > 0 ? `Added ${added.map(({ name }) => name).join(", ")}.` : "";
      this.failures.replaceChildren(...failed.map(({ error }) => problemItem(error)));
      await this.refresh();
    });
    this.status.classList.remove("busy");
  }

  private async reporting(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof service.ServiceError)) throw error;
      this.status.textContent = "";
      this.failures.replaceChildren(problemItem(error.problem));
    }
  }

  private acceptDrops(): void {
    const overlay = byId("drop", HTMLElement);
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    window.addEventListener("dragover", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      overlay.hidden = false;
    });
    window.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) overlay.hidden = true;
    });
    window.addEventListener("drop", (event) => {
      overlay.hidden = true;
      if (!holdsFiles(event)) return;
      event.preventDefault();
      void this.add([...(event.dataTransfer?.files ?? [])]);
    });
  }
}

function problemItem({ message, remedy }: service.Problem): HTMLElement {
  return element("li", { class: "problem" }, `${message}; ${remedy}.`);
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
