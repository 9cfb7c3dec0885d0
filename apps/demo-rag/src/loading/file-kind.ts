import { DemoError } from "../demo-error.js";

export type FileKind = "markdown" | "text" | "html" | "pdf";

const kindOfExtension: Readonly<Record<string, FileKind>> = {
  md: "markdown",
  markdown: "markdown",
  txt: "text",
  text: "text",
  html: "html",
  htm: "html",
  pdf: "pdf",
};

export const acceptedExtensions = Object.keys(kindOfExtension).map((extension) => `.${extension}`);

/**
 * What a file is, by its extension, checked against its first bytes: a PDF must begin as one, and nothing else may.
 * Throws DemoError "unsupported-type".
 */
export function fileKind(name: string, bytes: Uint8Array): FileKind {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const kind = Object.hasOwn(kindOfExtension, extension) ? kindOfExtension[extension] : undefined;
  if (kind === undefined) {
    throw new DemoError(
      "unsupported-type",
      `${name} is not of a known type`,
      `add a file that ends in ${acceptedExtensions.join(", ")}`,
    );
  }
  if (startsAsPdf(bytes) !== (kind === "pdf")) {
    throw new DemoError(
      "unsupported-type",
      kind === "pdf" ? `${name} is not a PDF inside` : `${name} is a PDF inside`,
      "give the file the extension of what it holds",
    );
  }
  return kind;
}

/** "%PDF-" within the first 1,024 bytes, as PDF readers accept it (ISO 32000-1, annex H.3.4.1). */
function startsAsPdf(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 1024)).includes("%PDF-");
}
