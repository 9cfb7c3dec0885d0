import type { Answer, ContestantSource } from "./contestants/contestant.js";
import type { CorpusName } from "./corpora.js";

/** How a corpus is cut, the same in every process: the texts themselves are never sent. */
export interface Cut {
  corpus: CorpusName;
  /** Slice 0 warms up; the others are measured, each once. */
  slices: number;
  maximumBytes: number;
  dataFolder: string;
}

/** What the comparison asks of the process of a contestant, one thing at a time. */
export type Request =
  | { kind: "open"; source: ContestantSource }
  | { kind: "warmUp"; cut: Cut; milliseconds: number }
  | { kind: "measure"; slice: number }
  | { kind: "close" };

export interface Opened {
  path: string | undefined;
}

export interface WarmedUp {
  /** Texts and bytes of the measured slices together. */
  texts: number;
  bytes: number;
}

export interface Measurement {
  texts: number;
  bytes: number;
  /** By the clock on the wall. */
  milliseconds: number;
  /** Of all the threads of the process together. */
  processorMilliseconds: number;
  answer: Answer;
}

export type Reply<Result> = { result: Result } | { error: string };
