import type { ContentEncoder } from "../../content-encoder.js";
import type { TextScanner } from "../../text-scanner.js";
import { TokenIdBuffer } from "../../token-id-buffer.js";
import type { TokenizerFile } from "../../tokenizer-file.js";
import { AddedTokenSplitter, type AddedTokenRule } from "../added-token-splitter.js";
import { BpeEncoder } from "./bpe-encoder.js";
import { Bridges } from "./bridges.js";
import { byteCharacters } from "./byte-alphabet.js";
import { ByteSymbols } from "./byte-symbols.js";
import { CharacterSymbols } from "./character-symbols.js";
import { MergeTable } from "./merge-table.js";
import { FIRST_PART, LAST_PART, PieceEncoder, type PieceEncoderOptions } from "./piece-encoder.js";
import { readBpeModel, type BpeModel } from "./read-bpe-model.js";
import { readPipeline, type Pipeline } from "./read-pipeline.js";
import { SymbolMerger } from "./symbol-merger.js";

/** What a scanner of whole batches needs to know. */
export interface BpeSource {
  model: BpeModel;
  pipeline: Pipeline;
  symbols: ByteSymbols | CharacterSymbols;
  merges: MergeTable;
  pieces: PieceEncoderOptions;
  /** Added tokens looked for in the text as it is, and in the normalized text. */
  splitter: AddedTokenSplitter | undefined;
  normalizedSplitter: AddedTokenSplitter | undefined;
}

/** Compiles a BPE tokenizer.json; `undefined` where it has anything that would not be done exactly. */
export function createBpeEncoder(
  file: TokenizerFile,
  rules: readonly AddedTokenRule[],
  createScanner: (source: BpeSource) => TextScanner | undefined,
): ContentEncoder | undefined {
  const model = readBpeModel(file);
  const pipeline = readPipeline(file.normalizer, file.preTokenizer);
  if (model === undefined || pipeline === undefined || !fitTogether(model, pipeline, rules)) return undefined;
  const merges = createMergeTable(model);
  const { symbols, options } =
    pipeline.spells === "bytes"
      ? byteSpelling(model, new SymbolMerger(merges), pipeline.digitsApart)
      : characterSpelling(model, new SymbolMerger(merges), pipeline.spells.space);
  const pieces = new PieceEncoder(options);
  meetTokens(pieces, model, pipeline.spells === "bytes" ? spaceByte : pipeline.spells.space);
  const splitter = splitterOf(rules.filter((rule) => !rule.normalized));
  const normalizedSplitter = splitterOf(
    rules
      .filter((rule) => rule.normalized)
      .map((rule) => ({ ...rule, content: pipeline.normalize?.apply(rule.content) ?? rule.content })),
  );
  const source = { model, pipeline, symbols, merges, pieces: options, splitter, normalizedSplitter };
  return new BpeEncoder(pipeline, pieces, splitter, normalizedSplitter, createScanner(source));
}

function fitTogether(model: BpeModel, pipeline: Pipeline, rules: readonly AddedTokenRule[]): boolean {
  if (pipeline.spells === "bytes") {
    if (model.byteTokens !== undefined) return false;
    if (pipeline.digitsApart && model.ignoresMerges) return false;
  } else {
    if (model.continuingPrefix !== "" || model.endSuffix !== "") return false;
    // They would be looked for in a text whose spaces have been replaced.
    if (rules.some((rule) => rule.normalized)) return false;
  }
  return idsAreThoseOfTheLibrary(rules, model.vocabulary);
}

/**
 * The library reads the ids in `added_tokens` only to warn: a token of the model keeps the model's id, the others are
 * numbered on from there.
 */
function idsAreThoseOfTheLibrary(
  rules: readonly AddedTokenRule[],
  vocabulary: ReadonlyMap<string, number>,
): boolean {
  let next = vocabulary.size;
  return rules.every(({ content, id }) => {
    const expected = vocabulary.get(content) ?? next;
    next = Math.max(next, id + 1);
    return id === expected;
  });
}

function splitterOf(rules: readonly AddedTokenRule[]): AddedTokenSplitter | undefined {
  return rules.length > 0 ? new AddedTokenSplitter(rules) : undefined;
}

/** How pieces become symbols. */
interface Spelling {
  symbols: ByteSymbols | CharacterSymbols;
  options: PieceEncoderOptions;
}

function byteSpelling(model: BpeModel, merger: SymbolMerger, digitsApart: boolean): Spelling {
  const { vocabulary, merges, continuingPrefix, endSuffix } = model;
  const symbols = new ByteSymbols(model);
  const isUnknown = (id: number) => id === model.unknown.id;
  const hasAffixes = continuingPrefix !== "" || endSuffix !== "";
  const options: PieceEncoderOptions = {
    merger,
    tokenizePart: digitsApart
      ? (units, start, end, _part, merger) => symbols.tokenizeDigitsApart(units, start, end, merger)
      : hasAffixes
        ? (units, start, end, part, merger) =>
            symbols.tokenize(units, start, end, (part & FIRST_PART) > 0, (part & LAST_PART) > 0, merger)
        : (units, start, end, _part, merger) => symbols.tokenize(units, start, end, true, true, merger),
    bridges:
      continuingPrefix === "" &&
      !merges.some(({ leftId, rightId }) => isUnknown(leftId) || isUnknown(rightId))
        ? Bridges.ofBytes(merges, endSuffix, (unit) => symbols.isKnown(unit))
        : undefined,
    cutsAscii: false,
    placeMatters: hasAffixes || model.ignoresMerges,
    findWhole: model.ignoresMerges
      ? findWholeIn(vocabulary, (units, start, end) => symbols.spell(units, start, end))
      : undefined,
  };
  return { symbols, options };
}

function characterSpelling(model: BpeModel, merger: SymbolMerger, space: string): Spelling {
  const { vocabulary, merges } = model;
  const symbols = new CharacterSymbols(model, space);
  const options: PieceEncoderOptions = {
    merger,
    tokenizePart: (units, start, end, _part, merger) => symbols.tokenize(units, start, end, merger),
    bridges: merges.some(
      ({ leftId, rightId }) => symbols.isSubstitute(leftId) || symbols.isSubstitute(rightId),
    )
      ? undefined
      : Bridges.ofCharacters(merges, space.charCodeAt(0), (unit) => symbols.isKnown(unit)),
    cutsAscii: true,
    placeMatters: model.ignoresMerges,
    findWhole: model.ignoresMerges
      ? findWholeIn(vocabulary, (units, start, end) =>
          String.fromCharCode(...units.subarray(start, end)).replaceAll(" ", space),
        )
      : undefined,
  };
  return { symbols, options };
}

/**
 * Encodes the words among the first tokens, which are the most frequent ones, so that the first texts find them in the
 * cache, and find the code compiled.
 */
function meetTokens(pieces: PieceEncoder, { vocabulary, endSuffix }: BpeModel, space: string): void {
  const ids = new TokenIdBuffer();
  let met = 0;
  for (const token of vocabulary.keys()) {
    if (!token.endsWith(endSuffix) || token.length > longestMetToken) continue;
    const word = token.slice(0, token.length - endSuffix.length).replace(space, " ");
    if (!/^[ -~]+$/.test(word)) continue;
    for (let at = 0; at < word.length; at++) pieces.units[at] = word.charCodeAt(at);
    ids.length = 0;
    pieces.encode(0, word.length, ids);
    if (++met === mostMetTokens) return;
  }
}

const mostMetTokens = 20_000;
const longestMetToken = 32;
/** How byte-level vocabularies spell a space. */
const spaceByte = byteCharacters[0x20] as string;

function createMergeTable({ merges }: BpeModel): MergeTable {
  const table = new MergeTable(merges.length);
  merges.forEach(({ leftId, rightId, mergedId }, rank) => table.set(leftId, rightId, rank, mergedId));
  return table;
}

/** For `ignore_merges`. */
function findWholeIn(
  vocabulary: ReadonlyMap<string, number>,
  spell: (units: Uint16Array, start: number, end: number) => string,
): (units: Uint16Array, start: number, end: number) => number {
  let longest = 0;
  for (const token of vocabulary.keys()) longest = Math.max(longest, token.length);
  return (units, start, end) =>
    end - start > longest ? -1 : (vocabulary.get(spell(units, start, end)) ?? -1);
}
