import { createHash } from "node:crypto";
import type { TrainingIdentity } from "./checkpoint.js";
import type { TokenRows } from "./token-rows.js";
import type { ResolvedOptions } from "./training-options.js";

/** Everything that decides the weights, each under a name that an error can give. */
export function trainingIdentity(options: ResolvedOptions): TrainingIdentity {
  const { graded, tokenDropout, neighbours, initialTable, validation } = options;
  const plain = {
    vocabularySize: options.vocabularySize,
    dimensions: options.dimensions,
    weights: options.weights,
    steps: options.steps,
    batchSize: options.batchSize,
    learningRate: options.learningRate,
    schedule: options.schedule,
    warmup: options.warmup,
    scale: options.scale,
    symmetric: options.symmetric,
    sourceExponent: options.sourceExponent,
    termFrequency: options.termFrequency,
    tokenDropout: tokenDropout ?? null,
    neighbours: neighbours ? [hash(neighbours.table), neighbours.groupSize, neighbours.share] : null,
    sif: options.sif ?? null,
    seed: options.seed,
    threads: options.threads,
    initialTable: initialTable === undefined ? null : hash(initialTable),
    graded: graded ? [graded.weight, graded.batchSize, graded.scale] : null,
    validation: validation ? [validation.every, String(validation.patience)] : null,
  };
  const sources = [
    ...options.sources.map((source) => ({
      ...source,
      lists: [source.anchors, source.positives, source.negatives],
      scores: undefined,
    })),
    ...(graded?.sources ?? []).map((source) => ({ ...source, lists: [source.first, source.second] })),
  ];
  return {
    ...Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, JSON.stringify(value)])),
    sources: JSON.stringify(sources.map(({ name }) => name)),
    ...Object.fromEntries(
      sources.map(({ name, weight = 1, lists, scores }, index) => [
        `source ${index} (${name})`,
        `weight ${weight}, content ${hash(...lists.flatMap(arraysOf), ...(scores ? [scores] : []))}`,
      ]),
    ),
  };
}

function arraysOf(list: TokenRows | undefined): Uint32Array[] {
  return list === undefined ? [] : [list.ids, list.starts];
}

function hash(...arrays: (Uint32Array | Float32Array)[]): string {
  const sha256 = createHash("sha256");
  for (const array of arrays) {
    sha256.update(`${array.length} `);
    sha256.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
  return sha256.digest("hex").slice(0, 16);
}
