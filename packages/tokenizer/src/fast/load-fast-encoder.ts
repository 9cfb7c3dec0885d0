import type { ContentEncoder } from "../content-encoder.js";
import type { TokenizerFile } from "../tokenizer-file.js";
import { readFastRules } from "./read-fast-rules.js";
import { ScannerOnDemand } from "./scanner-on-demand.js";
import type { UnigramPieces } from "./unigram-pieces.js";

/**
 * As createFastEncoder, with nothing but the code of the file's own algorithm. `compiled` spares compiling the pieces of
 * a Unigram file.
 */
export async function loadFastEncoder(
  file: TokenizerFile,
  tokenizerConfig: unknown,
  compiled?: UnigramPieces,
): Promise<ContentEncoder | undefined> {
  const rules = readFastRules(file, tokenizerConfig);
  if (rules === undefined) return undefined;
  switch (file.model.type) {
    case "WordPiece":
      return (await import("./wordpiece-encoder.js")).createWordPieceEncoder(file, rules);
    case "Unigram":
      return (await import("./unigram-encoder.js")).createUnigramEncoder(
        file,
        rules,
        compiled,
        (source) =>
          new ScannerOnDemand(async () =>
            (await import("./wasm/unigram-scanner.js")).createUnigramScanner(source),
          ),
      );
    case "BPE":
      return (await import("./bpe/create-bpe-encoder.js")).createBpeEncoder(
        file,
        rules,
        (source) =>
          new ScannerOnDemand(async () => (await import("./wasm/bpe-scanner.js")).createBpeScanner(source)),
      );
    default:
      return undefined;
  }
}
