import { DemoError } from "../demo-error.js";
import { decodeText } from "./decode-text.js";
import { extractInWorker, type ExtractionLimits } from "./extract-in-worker.js";
import { fileKind, type FileKind } from "./file-kind.js";

export interface LoadedDocument {
  name: string;
  kind: FileKind;
  /** What is embedded, shown and cited; character ranges count UTF-16 units of this string. */
  text: string;
  /** Where each page of a PDF begins in `text`. */
  pageStarts: readonly number[];
}

/** Characters of text one document may have. */
export const longestText = 5_000_000;

/** Reads one file. Throws DemoError, which names the file. */
export async function loadDocument(
  name: string,
  bytes: Uint8Array,
  limits?: ExtractionLimits,
): Promise<LoadedDocument> {
  const kind = fileKind(name, bytes);
  const { text, pageStarts } = await extract(name, kind, bytes, limits);
  if (text.trim() === "") {
    throw new DemoError(
      "empty-document",
      `${name} holds no text`,
      kind === "pdf" ? "a scanned PDF needs text recognition first" : "add a file with text in it",
    );
  }
  if (text.length > longestText) {
    throw new DemoError(
      "too-large",
      `${name} holds ${text.length.toLocaleString("en")} characters`,
      `split it into files of at most ${longestText.toLocaleString("en")}`,
    );
  }
  return { name, kind, text, pageStarts };
}

async function extract(name: string, kind: FileKind, bytes: Uint8Array, limits?: ExtractionLimits) {
  switch (kind) {
    case "pdf":
      return extractInWorker(name, { kind, bytes }, limits);
    case "html":
      return extractInWorker(name, { kind, html: decodeText(name, bytes) }, limits);
    default:
      return { text: decodeText(name, bytes), pageStarts: [] };
  }
}
