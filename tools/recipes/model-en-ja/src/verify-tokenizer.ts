import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Tokenizer } from "@huggingface/tokenizers";
import { normalizeForSentencePiece } from "@kokeshi/training";
import { nativeTokenizer } from "./native-tokenizer.js";

export interface TokenizerAgreement {
  lines: number;
  tokens: number;
  /**
   * Lines whose ids are the same but in another order: "..." "." against "." "...". Their scores are equal, and each
   * implementation breaks the tie in its own way.
   */
  ties: number;
  /** Lines on which a library differs from spm_encode in any other way. */
  nativeDifferences: string[];
  libraryDifferences: string[];
}

/**
 * Encodes raw lines by the converted tokenizer.json in both libraries, and the same lines, normalised and with the space
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
  const library = new Tokenizer(JSON.parse(tokenizerJson), {});
  const native = await nativeTokenizer(tokenizerJson).encodeBatch(lines, { addSpecialTokens: false });
  const agreement: TokenizerAgreement = {
    lines: lines.length,
    tokens: native.ids.length,
    ties: 0,
    nativeDifferences: [],
    libraryDifferences: [],
  };
  lines.forEach((line, index) => {
    const bySentencePiece = (expected[index] as string).split(" ").map(Number);
    const byNative = Array.from(native.ids.subarray(native.starts[index], native.starts[index + 1]));
    const byLibrary = library.encode(line, { add_special_tokens: false }).ids;
    if (!sameInAnyOrder(byNative, bySentencePiece)) agreement.nativeDifferences.push(line);
    if (!sameInAnyOrder(byLibrary, bySentencePiece)) agreement.libraryDifferences.push(line);
    if (byNative.join() !== bySentencePiece.join() || byLibrary.join() !== bySentencePiece.join())
      agreement.ties++;
  });
  agreement.ties -= new Set([...agreement.nativeDifferences, ...agreement.libraryDifferences]).size;
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
