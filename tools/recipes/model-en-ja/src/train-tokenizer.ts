import { execFileSync } from "node:child_process";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { countWords } from "./count-words.js";
import { settings } from "./settings.js";

/** Trains the Unigram model with SentencePiece's `spm_train`; returns the path of the `.model`. */
export async function trainTokenizer(textFiles: readonly string[], workFolder: string): Promise<string> {
  const { pieces, characterCoverage } = settings.tokenizer;
  const words = join(workFolder, "words.tsv");
  await countWords(textFiles, words);
  const prefix = join(workFolder, "unigram-partial");
  execFileSync(
    "spm_train",
    [
      `--input=${words}`,
      "--input_format=tsv",
      `--model_prefix=${prefix}`,
      "--model_type=unigram",
      `--vocab_size=${pieces}`,
      `--character_coverage=${characterCoverage}`,
      // The text is normalised already, and a static model wants no special tokens.
      "--normalization_rule_name=identity",
      "--remove_extra_whitespaces=false",
      "--add_dummy_prefix=false",
      "--unk_id=0",
      "--bos_id=-1",
      "--eos_id=-1",
      "--pad_id=-1",
      "--num_threads=2",
      "--shuffle_input_sentence=false",
      "--minloglevel=1",
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  const model = join(workFolder, "unigram.model");
  await rename(`${prefix}.model`, model);
  return model;
}
