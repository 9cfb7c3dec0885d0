import { extractText, getDocumentProxy } from "unpdf";
import { longestLine, reflowLines } from "./reflow-lines.js";

export interface PagedText {
  text: string;
  /** Where each page begins in `text`. */
  pageStarts: number[];
}

const betweenPages = "\n\n";

/** The text of a PDF, page after page. Throws what pdf.js throws. */
export async function pdfText(bytes: Uint8Array): Promise<PagedText> {
  const pdf = await getDocumentProxy(bytes, { verbosity: 0 });
  try {
    const { text: printed } = await extractText(pdf);
    const pages = printed.map((page) => modernCharacters(page).trim());
    const columns = longestLine(pages);
    const pageStarts: number[] = [];
    let text = "";
    pages.forEach((page, index) => {
      if (index > 0) text += betweenPages;
      pageStarts.push(text.length);
      text += reflowLines(page, columns);
    });
    return { text, pageStarts };
  } finally {
    await pdf.destroy();
  }
}

/**
 * PDF writers map shared glyphs to Kangxi radicals (⽇ U+2F47 for 日) and ligatures (ﬁ), which no question contains.
 * Only these ranges are normalised: everything else stays as it is printed.
 */
function modernCharacters(text: string): string {
  return text.replace(/[\u2e80-\u2fdf\ufb00-\ufb06]/g, (character) => character.normalize("NFKC"));
}
