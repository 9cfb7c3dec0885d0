import { join } from "node:path";
import { embed } from "@kokeshi/core";
import { localFolder } from "@kokeshi/hub";
import { loadTransformerModel, openEncoder, type TransformerOptions } from "@kokeshi/transformer-int8";
import { env, pipeline } from "@huggingface/transformers";
import { graphs } from "./model-folder.js";

export interface Contestant {
  name: string;
  /** Embeds all texts, one vector each. */
  embed(texts: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

type GraphName = keyof typeof graphs;

/** Texts that peers put into one batch, in the order in which they come. */
const peerBatch = 32;

/** Ours: planner and workers. */
export async function kokeshi(
  name: string,
  folder: string,
  graph: GraphName,
  options: TransformerOptions,
): Promise<Contestant> {
  const model = await loadTransformerModel(localFolder(folder), { precision: graphs[graph], ...options });
  return { name, embed: (texts) => embed(model, texts), close: () => model.close() };
}

/** Texts one after the other, each when the one before is done. */
export function oneByOne(contestant: Contestant): Contestant {
  return {
    name: `${contestant.name}, one by one`,
    async embed(texts) {
      for (const text of texts) await contestant.embed([text]);
    },
    close: async () => {},
  };
}

/** Our encoder on this thread, with batches as peers make them: what the planner is measured against. */
export async function withoutPlanner(name: string, folder: string, graph: GraphName): Promise<Contestant> {
  const encoder = await openEncoder(localFolder(folder), { precision: graphs[graph], threads: 1 });
  return {
    name,
    async embed(texts) {
      const { ids, offsets } = encoder.tokenize(texts);
      for (let start = 0; start < texts.length; start += peerBatch) {
        const rows = offsets.subarray(start, Math.min(texts.length, start + peerBatch) + 1);
        await encoder.encode(
          { ids, offsets: rows },
          new Float32Array((rows.length - 1) * encoder.dimensions),
        );
      }
    },
    close: () => encoder.close(),
  };
}

/** @huggingface/transformers' feature extraction, as its documentation calls it. */
export async function transformersJs(
  name: string,
  folder: string,
  dtype: "fp32" | "q8",
  threads: number,
): Promise<Contestant> {
  env.allowRemoteModels = false;
  env.localModelPath = join(folder, "..");
  const extract = await pipeline("feature-extraction", folder.slice(join(folder, "..").length + 1), {
    dtype,
    session_options: { intraOpNumThreads: threads },
  });
  return {
    name,
    async embed(texts) {
      for (let start = 0; start < texts.length; start += peerBatch) {
        const batch = texts.slice(start, start + peerBatch);
        const vectors = await extract(batch, { pooling: "mean", normalize: true });
        vectors.tolist();
      }
    },
    close: async () => void (await extract.dispose()),
  };
}
