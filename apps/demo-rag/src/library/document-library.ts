import { createHash, randomUUID } from "node:crypto";
import { KokeshiVectorStore, type KokeshiEmbeddings } from "@kokeshi/langchain";
import { Document } from "@langchain/core/documents";
import { DemoError } from "../demo-error.js";
import { loadDocument, type LoadedDocument } from "../loading/load-document.js";
import { splitDocument, type Passage } from "../splitting/split-document.js";

export interface StoredDocument extends LoadedDocument {
  id: string;
  /** First heading of Markdown and HTML. */
  title?: string;
  passages: readonly Passage[];
  /** Came with the demo. */
  bundled: boolean;
}

export interface RetrievedPassage extends Passage {
  document: StoredDocument;
  /** `document.text.slice(start, end)` */
  text: string;
  /** What it was ranked by: see `DocumentLibrary.scorer`. */
  score: number;
}

/** Rates a text by its cosine with the question and by its words. */
export type Scorer = (cosine: number, text: string) => number;

export const libraryLimits = { documents: 500, characters: 20_000_000 };

/**
 * What words count against vectors: see "scores" of `fuseScores` in @kokeshi/lexical. Its default, 0.7, is as good on
 * judged tasks; here it ranks one right passage of the bundled documents third.
 */
const lexicalWeight = 0.6;

interface PassageMetadata extends Passage {
  documentId: string;
}

/** The documents one can ask about, and the vector store over their passages. In memory; gone when the demo ends. */
export class DocumentLibrary {
  private readonly documents = new Map<string, StoredDocument & { fingerprint: string }>();
  private readonly store: KokeshiVectorStore;
  private lastAddition: Promise<unknown> = Promise.resolve();

  constructor(
    embeddings: KokeshiEmbeddings,
    private readonly limits = libraryLimits,
  ) {
    // Scores that stand for themselves: answerers compare them with thresholds, and rate sentences alike.
    this.store = new KokeshiVectorStore(embeddings, { hybrid: { method: "scores", lexicalWeight } });
  }

  list(): StoredDocument[] {
    return [...this.documents.values()];
  }

  /** Throws DemoError "unknown-document". */
  get(id: string): StoredDocument {
    const document = this.documents.get(id);
    if (document !== undefined) return document;
    throw new DemoError("unknown-document", `there is no document ${id}`, "list the documents again");
  }

  /** Loads, splits and embeds one file. Files are taken one after another. Throws DemoError, and then adds nothing. */
  async add(name: string, bytes: Uint8Array, { bundled = false } = {}): Promise<StoredDocument> {
    const addition = this.lastAddition.then(() => this.addNow(name, bytes, bundled));
    this.lastAddition = addition.catch(() => undefined);
    return addition;
  }

  private async addNow(name: string, bytes: Uint8Array, bundled: boolean): Promise<StoredDocument> {
    const fingerprint = createHash("sha256").update(bytes).digest("hex");
    this.requireRoom(name, fingerprint);
    const loaded = await loadDocument(name, bytes);
    this.requireRoom(name, fingerprint, loaded.text.length);
    const passages = await splitDocument(loaded);
    const id = randomUUID();
    const title = passages[0]?.headings[0];
    await this.store.addDocuments(
      passages.map((passage, index) => {
        const metadata: PassageMetadata = { ...passage, documentId: id };
        return new Document({ id: `${id}:${index}`, pageContent: contentOf(loaded.text, passage), metadata });
      }),
    );
    const stored = { ...loaded, id, title, passages, bundled, fingerprint };
    this.documents.set(id, stored);
    return stored;
  }

  private requireRoom(name: string, fingerprint: string, characters = 0): void {
    const documents = [...this.documents.values()];
    const same = documents.find((document) => document.fingerprint === fingerprint);
    if (same !== undefined) {
      throw new DemoError("duplicate-document", `${name} is already here as ${same.name}`, "ask away");
    }
    const total = documents.reduce((sum, document) => sum + document.text.length, characters);
    if (documents.length >= this.limits.documents || total > this.limits.characters) {
      const { documents: most, characters: longest } = this.limits;
      throw new DemoError(
        "too-many-documents",
        `there is no room for ${name}`,
        `remove documents: the demo keeps ${most} documents of ${longest.toLocaleString("en")} characters in all`,
      );
    }
  }

  /** Throws DemoError "unknown-document". */
  async remove(id: string): Promise<void> {
    const { passages } = this.get(id);
    this.documents.delete(id);
    await this.store.delete({ ids: passages.map((_, index) => `${id}:${index}`) });
  }

  /** Rates texts for a question as passages are rated: by their cosine with it and the words they share. */
  scorer(question: string): Scorer {
    const shareOf = this.store.lexicalScorer(question);
    return (cosine, text) => lexicalWeight * shareOf(text) + (1 - lexicalWeight) * cosine;
  }

  /** The `count` passages that have most to do with the question, best first. */
  async search(question: string, count: number): Promise<RetrievedPassage[]> {
    const found = await this.store.similaritySearchWithScore(question, count);
    return found.flatMap(([{ metadata }, score]) => {
      const { documentId, ...passage } = metadata as PassageMetadata;
      const document = this.documents.get(documentId);
      // A document is in the store a moment before it is in the list.
      if (document === undefined) return [];
      const text = document.text.slice(passage.start, passage.end);
      return [{ ...passage, document, text, score }];
    });
  }
}

/**
 * What stands for a passage: its text under its headings, which often name what the text calls "it". The nearest
 * heading counts twice.
 */
function contentOf(text: string, { start, end, headings }: Passage): string {
  return [...headings, ...headings.slice(-1), text.slice(start, end)].join("\n");
}
