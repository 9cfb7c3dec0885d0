/** One side of a comparison, alone in its process. `run` is timed, `answer` is not. */
export interface Contestant<Result = unknown> {
  /** Which way it took, where there is a choice; for the report. */
  readonly path?: string;
  run(texts: readonly string[]): Result | Promise<Result>;
  /** What `run` found, in a form that can be compared with what the others found for the same texts. */
  answer(result: Result): Answer;
  close?(): Promise<void>;
}

/** One fingerprint of the ids of each text, or the vectors of the first texts, one after the other. */
export type Answer = Uint32Array | Float32Array;

/** What a process needs to become a contestant. */
export type ContestantSource =
  | { kind: TokenizingKind; /** tokenizer.json, gzipped or not. */ tokenizerFile: string }
  | ({ kind: EncodingKind } & ModelSource);

export interface ModelSource {
  /** A reference for `@kokeshi/hub`. */
  model: string;
  /** Its first components that are wanted. */
  dimensions: number;
}

export type TokenizingKind =
  "kokeshi-tokenizer" | "huggingface-tokenizers" | "native-tokenizers" | "transformers-tokenizer";

export type EncodingKind =
  "kokeshi-encode" | "kokeshi-threads" | "huggingface-tokenizers-mean" | "native-tokenizers-mean";

/** Becomes the contestant; the libraries of the others are not even loaded. */
export async function openContestant(source: ContestantSource): Promise<Contestant> {
  switch (source.kind) {
    case "kokeshi-tokenizer":
      return (await import("./kokeshi-tokenizer.js")).openKokeshiTokenizer(source.tokenizerFile);
    case "huggingface-tokenizers":
      return (await import("./huggingface-tokenizers.js")).openHuggingFaceTokenizer(source.tokenizerFile);
    case "native-tokenizers":
      return (await import("./native-tokenizers.js")).openNativeTokenizer(source.tokenizerFile);
    case "transformers-tokenizer":
      return (await import("./transformers-tokenizer.js")).openTransformersTokenizer(source.tokenizerFile);
    case "kokeshi-encode":
      return (await import("./kokeshi-encode.js")).openKokeshiModel(source);
    case "kokeshi-threads":
      return (await import("./kokeshi-threads.js")).openTwoThreads(source);
    case "huggingface-tokenizers-mean":
      return (await import("./huggingface-tokenizers-mean.js")).openHuggingFaceMean(source);
    case "native-tokenizers-mean":
      return (await import("./native-tokenizers-mean.js")).openNativeMean(source);
  }
}
