import { readBpeModel, type BpeModel } from "../fast/bpe/read-bpe-model.js";
import { MergeTable } from "../fast/bpe/merge-table.js";
import { SymbolChain } from "../fast/bpe/symbol-chain.js";
import { invalidTokenizer } from "../invalid-tokenizer.js";
import type { TokenizerFile, TokenizerModel } from "../tokenizer-file.js";
import { createUnigramModel } from "../unigram-model.js";
import { UnsupportedOffsetsError } from "./unsupported-offsets.js";

/** A token of a word: `[start, end)` are UTF-16 units of the word. */
export interface WordToken {
  id: number;
  /** As the vocabulary spells it. */
  token: string;
  start: number;
  end: number;
}

export type WordModel = (word: string) => WordToken[];

type VocabularyModel = TokenizerModel & { unk_token: string };

/** The `model` of a file (Rust library: tokenizers/src/models). */
export function readWordModel(file: TokenizerFile): WordModel {
  const { model } = file;
  switch (model.type) {
    case "Unigram":
      return unigram(model);
    case "WordPiece":
      return wordPiece(model);
    case "WordLevel":
      return wordLevel(model);
    case "BPE": {
      const bpe = readBpeModel(file);
      if (bpe === undefined) throw new UnsupportedOffsetsError("the options or merges of model");
      return bytePairs(bpe);
    }
  }
}

function unigram(model: TokenizerModel & { type: "Unigram" }): WordModel {
  const segment = createUnigramModel(model);
  const ids = new Map(model.vocab.map(([piece], id) => [piece, id]));
  return (word) => {
    const ends: number[] = [];
    let start = 0;
    return segment(word, ends).map((token, index) => {
      const end = ends[index] as number;
      // The bytes of one unknown token follow each other.
      if (index > 0 && ends[index - 1] !== end) start = ends[index - 1] as number;
      return { id: ids.get(token) ?? requireUnknown(model.unk_id ?? undefined), token, start, end };
    });
  };
}

function wordLevel(model: VocabularyModel): WordModel {
  const ids = new Map(Object.entries(model.vocab));
  return (word) => {
    const id = ids.get(word);
    return [
      {
        id: id ?? requireUnknown(ids.get(model.unk_token)),
        token: id === undefined ? model.unk_token : word,
        start: 0,
        end: word.length,
      },
    ];
  };
}

function wordPiece(model: VocabularyModel): WordModel {
  const ids = new Map(Object.entries(model.vocab));
  const prefix = model["continuing_subword_prefix"] ?? "##";
  const mostCharacters = model["max_input_chars_per_word"] ?? 100;
  if (typeof prefix !== "string" || typeof mostCharacters !== "number") {
    throw new UnsupportedOffsetsError("the options of model");
  }
  let longest = 0;
  for (const token of ids.keys()) longest = Math.max(longest, token.length);

  function longestFrom(word: string, start: number): WordToken | undefined {
    const begins = start === 0 ? "" : prefix;
    for (let end = Math.min(word.length, start + longest); end > start; end--) {
      const token = begins + word.slice(start, end);
      const id = ids.get(token);
      if (id !== undefined) return { id, token, start, end };
    }
    return undefined;
  }

  return (word) => {
    const unknown = () => [
      {
        id: requireUnknown(ids.get(model.unk_token)),
        token: model.unk_token,
        start: 0,
        end: word.length,
      },
    ];
    if (word.length > mostCharacters && Array.from(word).length > mostCharacters) return unknown();
    const tokens: WordToken[] = [];
    for (let start = 0; start < word.length;) {
      const token = longestFrom(word, start);
      if (token === undefined) return unknown();
      tokens.push(token);
      start = token.end;
    }
    return tokens;
  };
}

/** A symbol and how many UTF-8 bytes of the word it stands for. */
interface Symbols {
  ids: number[];
  bytes: number[];
}

/** The library counts in bytes, and only those of symbols that it keeps: so do we. */
function bytePairs(model: BpeModel): WordModel {
  const { vocabulary, merges } = model;
  const tokens = new Map(Array.from(vocabulary, ([token, id]) => [id, token]));
  const table = new MergeTable(merges.length);
  merges.forEach(({ leftId, rightId, mergedId }, rank) => table.set(leftId, rightId, rank, mergedId));
  const chain = new SymbolChain();

  return (word) => {
    const whole = model.ignoresMerges ? vocabulary.get(word) : undefined;
    if (whole !== undefined) return [{ id: whole, token: word, start: 0, end: word.length }];
    const { ids, bytes } = symbolsOf(word, model);
    const count = chain.merge(Int32Array.from(ids), 0, ids.length, table);
    const unitOf = unitsOfBytes(word);
    const result: WordToken[] = [];
    let symbol = 0;
    let position = 0;
    for (let index = 0; index < count; index++) {
      const first = position;
      for (; symbol < (chain.starts[index + 1] as number); symbol++) position += bytes[symbol] as number;
      const id = chain.tokens[index] as number;
      const token = tokens.get(id) as string;
      result.push({ id, token, start: unitOf(first), end: unitOf(position - 1) + 1 });
    }
    return result;
  };
}

/** `BPE::merge_word` of the Rust library up to the merges. */
function symbolsOf(word: string, model: BpeModel): Symbols {
  const { vocabulary, continuingPrefix, endSuffix, byteTokens, unknown } = model;
  const ids: number[] = [];
  const bytes: number[] = [];
  let unknownBytes = 0;

  function add(id: number, length: number): void {
    ids.push(id);
    bytes.push(length);
  }
  function addUnknown(): void {
    if (unknownBytes > 0) add(unknown.id as number, unknownBytes);
    unknownBytes = 0;
  }

  for (let at = 0; at < word.length;) {
    const character = String.fromCodePoint(word.codePointAt(at) as number);
    const end = at + character.length;
    const length = utf8Length(character.codePointAt(0) as number);
    const symbol = (at > 0 ? continuingPrefix : "") + character + (end === word.length ? endSuffix : "");
    at = end;
    const id = vocabulary.get(symbol);
    if (id !== undefined) {
      addUnknown();
      add(id, length);
    } else if (byteTokens !== undefined) {
      for (const byte of encoder.encode(symbol)) add(byteTokens[byte] as number, 1);
    } else if (unknown.id !== undefined) {
      if (!unknown.fuse) addUnknown();
      unknownBytes += length;
    }
  }
  addUnknown();
  return { ids, bytes };
}

const encoder = new TextEncoder();

/** The first UTF-16 unit of the character that a UTF-8 byte belongs to. */
function unitsOfBytes(word: string): (byte: number) => number {
  if (/^[\0-\x7f]*$/.test(word)) return (byte) => byte;
  const units: number[] = [];
  for (let at = 0; at < word.length;) {
    const codePoint = word.codePointAt(at) as number;
    for (let byte = utf8Length(codePoint); byte > 0; byte--) units.push(at);
    at += codePoint > 0xffff ? 2 : 1;
  }
  return (byte) => units[byte] as number;
}

function utf8Length(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

function requireUnknown(id: number | undefined): number {
  if (id !== undefined) return id;
  throw invalidTokenizer("the text has a token outside the vocabulary, and the file has no unknown token");
}
