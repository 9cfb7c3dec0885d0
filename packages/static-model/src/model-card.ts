export interface ModelCard {
  /** Licence of the weights, as Hugging Face spells it: "mit", "cc-by-sa-4.0", … */
  licence?: string;
  /** Library that the Hub offers for opening the model. */
  library: "sentence-transformers" | "model2vec" | "kokeshi";
  /** One sentence on what the model is. */
  description?: string;
}

/** README.md with the front matter that the Hugging Face Hub reads. */
export function modelCard({ licence, library, description }: ModelCard): Uint8Array {
  const lines = [
    "---",
    ...(licence === undefined ? [] : [`license: ${licence}`]),
    `library_name: ${library}`,
    "pipeline_tag: feature-extraction",
    "tags:",
    "  - embeddings",
    "  - static-embeddings",
    "---",
    "",
    description ?? "Static text embeddings: the vector of a text is the mean of the vectors of its tokens.",
    "",
  ];
  return new TextEncoder().encode(lines.join("\n"));
}
