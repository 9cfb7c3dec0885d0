/** Everything that decides the weights, beside the data. */
export const settings = {
  seed: 1,
  tokenizer: {
    pieces: 32_768,
    /** Share of the characters in the text that get a piece of their own; the rest becomes unknown. */
    characterCoverage: 0.9998,
    sentences: 800_000,
  },
  training: {
    dimensions: [256, 128, 64, 32],
    steps: 2000,
    batchSize: 2048,
    learningRate: 0.05,
    warmup: 0.1,
    scale: 20,
    sourceExponent: 0.6,
    threads: 2,
  },
};
