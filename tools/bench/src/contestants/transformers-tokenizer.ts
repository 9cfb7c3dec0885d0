import { PreTrainedTokenizer } from "@huggingface/transformers";
import { readText } from "../corpora.js";
import type { Contestant } from "./contestant.js";
import { fingerprints } from "./fingerprints.js";

/** What `AutoTokenizer` returns for a folder, built from the file alone: no network. */
export function openTransformersTokenizer(tokenizerFile: string): Contestant<number[][]> {
  const tokenizer = new PreTrainedTokenizer(JSON.parse(readText(tokenizerFile)), {});
  return {
    run: (texts) => {
      const { input_ids } = tokenizer([...texts], { return_tensor: false }) as { input_ids: number[][] };
      return input_ids;
    },
    answer: fingerprints,
  };
}
