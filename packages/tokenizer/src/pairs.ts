import type { ContentEncoder } from "./content-encoder.js";
import { readPairLayout, type PairPart } from "./pairs-layout.js";
import { truncatePair, type TruncationStrategy } from "./pairs-truncation.js";
import { readContentLimit, requireText } from "./encode-arguments.js";
import { TokenIdBuffer } from "./token-id-buffer.js";
import type { EncodeOptions, TokenBatch } from "./tokenizer.js";
import { wellFormed } from "./well-formed.js";

export interface PairOptions extends EncodeOptions {
  /** Which text `maxTokens` cuts. Default: "longest_first". */
  truncation?: TruncationStrategy;
}

/** Two texts as one row of tokens, as cross-encoders read them. */
export interface PairEncoding {
  ids: Uint32Array;
  /** For each id the type that the file's post-processor gives it: in most files 0 for the first text, 1 for the second. */
  typeIds: Uint32Array;
}

export interface PairBatch extends TokenBatch {
  /** As long as `ids`. */
  typeIds: Uint32Array;
}

export interface PairEncoder {
  encodePair(first: string, second: string, options?: PairOptions): PairEncoding;
  encodePairBatch(pairs: readonly (readonly [string, string])[], options?: PairOptions): PairBatch;
}

/** The half of a tokenizer that puts two texts together as `postProcessor` says. */
export function createPairEncoder(encoder: ContentEncoder, postProcessor: unknown): PairEncoder {
  // Read when asked for: single texts are encoded even where a file says nothing usable about pairs.
  const layouts = new Map<boolean, readonly PairPart[]>();

  function encodePairBatch(
    pairs: readonly (readonly [string, string])[],
    { addSpecialTokens = true, maxTokens, truncation = "longest_first" }: PairOptions = {},
  ): PairBatch {
    const layout = layouts.get(addSpecialTokens) ?? readPairLayout(postProcessor, addSpecialTokens);
    layouts.set(addSpecialTokens, layout);
    const specialTokens = layout.reduce((sum, part) => sum + ("ids" in part ? part.ids.length : 0), 0);
    const limit = readContentLimit(maxTokens, specialTokens);
    const ids = new TokenIdBuffer();
    const typeIds = new TokenIdBuffer();
    const starts = new Uint32Array(pairs.length + 1);
    const truncated: number[] = [];
    pairs.forEach((pair, row) => {
      const contents = [encodeText(pair[0], `${row}[0]`), encodeText(pair[1], `${row}[1]`)] as const;
      const kept = truncatePair(contents[0].length, contents[1].length, limit, truncation);
      if (kept[0] < contents[0].length || kept[1] < contents[1].length) truncated.push(row);
      for (const part of layout) {
        const tokens = "ids" in part ? part.ids : contents[part.text].subarray(0, kept[part.text]);
        for (const id of tokens) ids.push(id);
        for (let index = 0; index < tokens.length; index++) typeIds.push(part.typeId);
      }
      starts[row + 1] = ids.length;
    });
    return { ids: ids.toArray(), typeIds: typeIds.toArray(), starts, truncated };
  }

  function encodeText(text: string, name: string): Uint32Array {
    requireText(text, name);
    const ids = new TokenIdBuffer();
    encoder.encode(wellFormed(text), ids);
    return ids.toArray();
  }

  return {
    encodePair(first, second, options) {
      const { ids, typeIds } = encodePairBatch([[first, second]], options);
      return { ids, typeIds };
    },
    encodePairBatch,
  };
}
