/** Everything that decides the weights, beside the data. docs/model-en-ja.md says what else was tried. */
export const settings = {
  /** One table from each. */
  seeds: [1, 2],
  tokenizer: {
    pieces: 18_432,
    /** Share of the characters in the text that get a piece of their own; the rest becomes unknown. */
    characterCoverage: 0.9998,
  },
  /** How often files of pairs are drawn, beside their size. Others: 1. */
  sourceWeights: {
    "docs-en": 0.3,
    "docs-ja": 0.3,
    "docs-parallel-en-ja": 0.3,
    "general-en": 1.5,
    "jaquad-jglue-ja": 2,
    "php-tldr-misc": 0.5,
    qa: 0.3,
    "tatoeba-tanaka": 3,
    wordnet: 2,
  } as Readonly<Record<string, number>>,
  /** Files of headings with their sections and of sentences with what follows: see `joinAnchors`. */
  joinedSources: ["docs-en", "docs-ja", "general-en", "literature-ja", "textbooks-en"] as readonly string[],
  /** A token that a text repeats counts less each time. */
  termFrequency: "sublinear",
  training: {
    dimensions: [1024, 512, 256, 128, 64, 32],
    batchSize: 1024,
    learningRate: 0.04,
    scale: 18,
    /** The table begins as N(0, 1), each row times its smooth inverse frequency. */
    sif: 1e-4,
    sourceExponent: 0.5,
    threads: 2,
  },
  /** Steps of the runs from each seed. They begin alike and differ in length alone; the table is the mean of theirs. */
  runs: [8_000, 1_500],
  graded: { weight: 0.2, batchSize: 256 },
  /** At the end, over the tables of all seeds: see `reduceCoherence`. */
  coherence: { threshold: 0.05, rounds: 3 },
} as const;
