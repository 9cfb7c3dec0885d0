import { createBackendRegistry, embed, memoryFolder } from "@kokeshi/core";
import { quantize } from "@kokeshi/quantization";
import { staticBackend } from "@kokeshi/static-model";

declare global {
  interface Window {
    embedInPage(files: readonly string[], texts: readonly string[]): Promise<PageResult>;
  }
}

export interface PageResult {
  /** Bits of the float32 components. */
  bits: number[];
  binary: number[];
}

/** Fetches the files of a model from the server of this page and embeds texts with it. */
window.embedInPage = async (files, texts) => {
  const contents: Record<string, Uint8Array> = {};
  for (const file of files) {
    contents[file] = new Uint8Array(await (await fetch(`model/${file}`)).arrayBuffer());
  }
  const { model } = await createBackendRegistry([staticBackend]).open(memoryFolder("in-page", contents));
  const { embeddings } = await embed(model, texts);
  return {
    bits: Array.from(new Uint32Array(embeddings.data.buffer, 0, embeddings.data.length)),
    binary: Array.from(quantize(embeddings, "ubinary").data),
  };
};
