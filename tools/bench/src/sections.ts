import { join } from "node:path";
import type { ContestantSource, EncodingKind, TokenizingKind } from "./contestants/contestant.js";
import type { CorpusName } from "./corpora.js";
import type { Peers } from "./peers.js";

/** One table of the report: the first competitor is compared with each of the others, on each corpus. */
export interface Section {
  group: "tokenizers" | "encode";
  title: string;
  unit: "MB/s" | "texts/s";
  corpora: readonly CorpusName[];
  /** "wall" where threads are compared, whose work added up says nothing. Default: as the user asked. */
  clock?: "wall";
  /** Of UTF-8, in one pass. */
  bytesAPass: number;
  competitors: readonly [Competitor, Competitor, ...Competitor[]];
}

export interface Competitor {
  name: string;
  source: ContestantSource;
  environment?: Readonly<Record<string, string>>;
}

const sentencesAndDocuments = ["english-short", "english-long", "japanese-short", "japanese-long"] as const;

/** The pool of Rust threads takes its size from the environment when it starts; `false` does without the pool. */
const oneRustThread = { RAYON_NUM_THREADS: "1", TOKENIZERS_PARALLELISM: "false" };

export const defaultModel = "@kokeshi/model-en-ja";

interface TokenizerUnderTest {
  title: string;
  file: string;
}

export function tokenizersUnderTest(dataFolder: string, defaultModelTokenizer: string): TokenizerUnderTest[] {
  const shared = (name: string) => join(dataFolder, "tokenizers", `${name}.json`);
  return [
    { title: "WordPiece, 30k (bert-base-uncased)", file: shared("bert-base-uncased") },
    {
      title: "Unigram, 250k (paraphrase-multilingual-mpnet-base-v2)",
      file: shared("paraphrase-multilingual-mpnet-base-v2"),
    },
    { title: "Unigram, 18k (Kokeshi's default model)", file: defaultModelTokenizer },
    { title: "Byte-level BPE, 50k (roberta-base)", file: shared("roberta-base") },
    { title: "BPE with byte fallback, 32k (llama2)", file: shared("llama2") },
  ];
}

export function tokenizerSection({ title, file }: TokenizerUnderTest, peers: Peers): Section {
  const source = (kind: TokenizingKind) => ({ kind, tokenizerFile: file });
  return {
    group: "tokenizers",
    title,
    unit: "MB/s",
    corpora: sentencesAndDocuments,
    bytesAPass: 1024 * 1024,
    competitors: [
      { name: "Kokeshi", source: source("kokeshi-tokenizer") },
      { name: peers.huggingFaceTokenizers, source: source("huggingface-tokenizers") },
      {
        name: `${peers.nativeTokenizers}, one thread`,
        source: source("native-tokenizers"),
        environment: oneRustThread,
      },
      { name: `${peers.nativeTokenizers}, default threads`, source: source("native-tokenizers") },
      { name: peers.transformers, source: source("transformers-tokenizer") },
    ],
  };
}

export function encodeSections(peers: Peers): Section[] {
  return [256, 1024].flatMap((dimensions) => encodeSectionsAt(dimensions, peers));
}

function encodeSectionsAt(dimensions: number, peers: Peers): Section[] {
  const source = (kind: EncodingKind) => ({ kind, model: defaultModel, dimensions });
  const what = `default model, ${dimensions.toLocaleString("en")} dimensions`;
  return [
    {
      group: "encode",
      title: `Text to vector, ${what}, one thread`,
      unit: "texts/s",
      corpora: sentencesAndDocuments,
      bytesAPass: 1024 * 1024,
      competitors: [
        { name: "Kokeshi", source: source("kokeshi-encode") },
        {
          name: `${peers.huggingFaceTokenizers} + plain mean`,
          source: source("huggingface-tokenizers-mean"),
        },
        {
          name: `${peers.nativeTokenizers}, one thread + plain mean`,
          source: source("native-tokenizers-mean"),
          environment: oneRustThread,
        },
        {
          name: `${peers.nativeTokenizers}, default threads + plain mean`,
          source: source("native-tokenizers-mean"),
        },
      ],
    },
    {
      group: "encode",
      title: `Text to vector, ${what}, many texts in one call`,
      unit: "texts/s",
      clock: "wall",
      corpora: ["english-lines", "japanese-lines"],
      bytesAPass: 5 * 1024 * 1024,
      competitors: [
        { name: "Kokeshi, two threads", source: source("kokeshi-threads") },
        { name: "Kokeshi, one thread", source: source("kokeshi-encode") },
      ],
    },
  ];
}
