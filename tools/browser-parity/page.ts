import { createBackendRegistry, embed, type Embeddings, memoryFolder } from "@kokeshi/core";
import { analyzeText, Bm25Index } from "@kokeshi/lexical";
import { truncate } from "@kokeshi/matryoshka";
import { calibrationFromJson, decode, quantize } from "@kokeshi/quantization";
import { staticBackend } from "@kokeshi/static-model";

declare global {
  interface Window {
    /** `calibration` as calibrationToJson gives it. */
    embedInPage(
      files: readonly string[],
      texts: readonly string[],
      calibration: unknown,
    ): Promise<PageResult>;
    /** The best of the texts by BM25, and their scores. */
    searchInPage(texts: readonly string[], query: string): { rows: number[]; scores: number[] };
  }
}

export interface PageResult {
  /** Bits of the float32 components. */
  bits: number[];
  binary: number[];
  int8: number[];
  /** Bits of what the int8 codes stand for. */
  decodedBits: number[];
  /** Bits of the vectors cut to 64 dimensions. */
  truncatedBits: number[];
}

function bitsOf({ data }: Embeddings): number[] {
  return Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length));
}

/** Fetches the files of a model from the server of this page and embeds texts with it. */
window.embedInPage = async (files, texts, calibrationJson) => {
  const contents: Record<string, Uint8Array> = {};
  for (const file of files) {
    contents[file] = new Uint8Array(await (await fetch(`model/${file}`)).arrayBuffer());
  }
  const { model } = await createBackendRegistry([staticBackend]).open(memoryFolder("in-page", contents));
  const { embeddings } = await embed(model, texts);
  const calibration = calibrationFromJson(calibrationJson);
  const int8 = quantize(embeddings, "int8", calibration);
  return {
    bits: bitsOf(embeddings),
    binary: Array.from(quantize(embeddings, "ubinary").data),
    int8: Array.from(int8.data),
    decodedBits: bitsOf(decode(int8, calibration)),
    truncatedBits: bitsOf(truncate(embeddings, 64)),
  };
};

window.searchInPage = (texts, query) => {
  const index = new Bm25Index();
  for (const [document, text] of texts.entries()) index.add(document, analyzeText(text));
  const { rows, scores } = index.score(analyzeText(query)).nearest(5);
  return { rows: Array.from(rows), scores: Array.from(scores) };
};
