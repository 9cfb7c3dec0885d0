import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { createTokenizer } from "@kokeshi/tokenizer";
import { normalizeForSentencePiece } from "@kokeshi/training";
import { Tokenizer as NativeTokenizer } from "tokenizers";

export interface TokenizerAgreement {
  lines: number;
  tokens: number;
  /**
   * Lines whose ids are the same but in another order: "..." "." against "." "...". Their scores are equal, and each
   * implementation breaks the tie in its own way.
   */
  ties: number;
  /** Lines on which a tokenizer differs from spm_encode in any other way, each after the tokenizer's name. */
  differences: string[];
}

/**
 * Encodes raw lines by the converted tokenizer.json in our tokenizer, the native
 * library and `@huggingface/tokenizers`, and the same lines, normalised and with the space
 * that Metaspace puts before them, by `spm_encode` with the original model.
 */
export async function verifyTokenizer(
  tokenizerJson: string,
  modelPath: string,
  rawLines: readonly string[],
  workFolder: string,
): Promise<TokenizerAgreement> {
  const lines = rawLines.filter((line) => normalizeForSentencePiece(line) !== "");
  const input = join(workFolder, "verify.txt");
  writeFileSync(input, lines.map((line) => ` ${normalizeForSentencePiece(line)}\n`).join(""));
  const encoded = execFileSync(
    "spm_encode",
    [`--model=${modelPath}`, "--output_format=id", `--input=${input}`],
    {
      encoding: "utf8",
      maxBuffer: 1 << 30,
    },
  );
  const expected = encoded.trimEnd().split("\n");
  if (expected.length !== lines.length)
    throw new Error(`spm_encode gave ${expected.length} rows of ${lines.length}`);
  const ours = createTokenizer(JSON.parse(tokenizerJson)).encodeBatch(lines, { addSpecialTokens: false });
  const library = new LibraryTokenizer(JSON.parse(tokenizerJson), {});
  const native = await NativeTokenizer.fromString(tokenizerJson).encodeBatch(lines, {
    addSpecialTokens: false,
  });
  const agreement: TokenizerAgreement = {
    lines: lines.length,
    tokens: ours.ids.length,
    ties: 0,
    differences: [],
  };
  lines.forEach((line, index) => {
    const bySentencePiece = (expected[index] as string).split(" ").map(Number);
    const byTokenizer = {
      ours: Array.from(ours.ids.subarray(ours.starts[index], ours.starts[index + 1])),
      native: Array.from((native[index] as (typeof native)[number]).getIds()),
      library: library.encode(line, { add_special_tokens: false }).ids,
    };
    let isTie = false;
    for (const [name, ids] of Object.entries(byTokenizer)) {
      if (ids.join() === bySentencePiece.join()) continue;
      if (sameInAnyOrder(ids, bySentencePiece)) isTie = true;
      else agreement.differences.push(`${name}: ${line}`);
    }
    if (isTie) agreement.ties++;
  });
  return agreement;
}

function sameInAnyOrder(a: readonly number[], b: readonly number[]): boolean {
  const order = (x: number, y: number): number => x - y;
  return [...a].sort(order).join() === [...b].sort(order).join();
}

/** Every `distance`-th line of gzipped text files. */
export function sampleLines(files: readonly string[], distance: number): string[] {
  return files.flatMap((file) =>
    gunzipSync(readFileSync(file))
      .toString("utf8")
      .split("\n")
      .filter((_, index) => index % distance === 0),
  );
}
