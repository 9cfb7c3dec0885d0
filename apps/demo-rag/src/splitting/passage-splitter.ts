import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { displayWidth } from "./display-width.js";

/** Columns of a passage (see displayWidth): about 110 English words or 350 Japanese characters. */
export const passageWidth = 700;

/** From the strongest boundary to the weakest; the separators of a level count alike. */
const levels = [
  { separators: ["\n\n"], boundary: /(?<=\n\n)/ },
  {
    separators: ["。", "！", "？", ". ", ".\n", "! ", "!\n", "? ", "?\n"],
    boundary: /(?<=[。！？]|[.!?][ \n])/,
  },
  { separators: ["\n"], boundary: /(?<=\n)/ },
  { separators: ["、", ", "], boundary: /(?<=、|, )/ },
  { separators: ["\u3000", " "], boundary: /(?<=[\u3000 ])/ },
];

const boundaryOf = new Map(
  levels.flatMap(({ separators, boundary }) => separators.map((separator) => [separator, boundary])),
);

/**
 * LangChain's recursive splitter, with what Japanese needs: its sentence ends, a separator that stays with the text
 * before it (a sentence keeps its "。"), and no character outside the basic plane cut in two.
 *
 * Passages do not overlap, so that each has one place in the text.
 */
export class PassageSplitter extends RecursiveCharacterTextSplitter {
  constructor(chunkSize = passageWidth) {
    const separators = [...boundaryOf.keys(), ""];
    super({ chunkSize, chunkOverlap: 0, keepSeparator: true, separators, lengthFunction: displayWidth });
  }

  protected override splitOnSeparator(text: string, separator: string): string[] {
    const boundary = boundaryOf.get(separator);
    return boundary === undefined ? Array.from(text) : text.split(boundary);
  }

  /** Character ranges of the passages of `text`, in order, without the white space around them. */
  async splitRanges(text: string): Promise<{ start: number; end: number }[]> {
    let position = 0;
    return (await this.splitText(text)).map((passage) => {
      // The splitter gives the text back in order and complete but for white space between passages.
      while (!text.startsWith(passage, position)) position++;
      const range = { start: position, end: position + passage.length };
      position = range.end;
      return range;
    });
  }
}
