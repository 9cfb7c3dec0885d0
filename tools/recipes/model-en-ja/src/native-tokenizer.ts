import type { PairTokenizer, TokenRows } from "@kokeshi/training";
import { Tokenizer } from "tokenizers";

/** The official native tokenizer behind the interface that training asks for. */
export function nativeTokenizer(tokenizerJson: string): PairTokenizer {
  const tokenizer = Tokenizer.fromString(tokenizerJson);
  return {
    async encodeBatch(texts, options): Promise<TokenRows> {
      const encodings = await tokenizer.encodeBatch([...texts], options);
      const rows = encodings.map((encoding) => encoding.getIds());
      const starts = new Uint32Array(rows.length + 1);
      rows.forEach((row, index) => (starts[index + 1] = (starts[index] as number) + row.length));
      const ids = new Uint32Array(starts[rows.length] as number);
      rows.forEach((row, index) => ids.set(row, starts[index]));
      return { ids, starts };
    },
  };
}
