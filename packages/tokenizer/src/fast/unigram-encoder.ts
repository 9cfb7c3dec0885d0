import type { ContentEncoder } from "../content-encoder.js";
import type { TokenIdBuffer } from "../token-id-buffer.js";
import type { TokenizerFile } from "../tokenizer-file.js";
import { AddedTokenSplitter, type AddedTokenRule } from "./added-token-splitter.js";
import { readWordRules, type WordRules } from "./metaspace.js";
import { planNormalizer } from "./normalizer-plan.js";
import { hasOnlyKeys } from "./strict-shape.js";
import { UnigramModel } from "./unigram-model.js";
import { whiteSpace } from "./unicode-sets.js";
import { UnitNormalizer } from "./unit-normalizer.js";
import { hashUnit, WordCache } from "./word-cache.js";

/** The fast path for Unigram; `undefined` for a file with components that it does not know exactly. */
export function createUnigramEncoder(
  file: TokenizerFile,
  rules: readonly AddedTokenRule[],
): ContentEncoder | undefined {
  const { model } = file;
  if (model.type !== "Unigram" || !hasOnlyKeys(model, ["type", "unk_id", "vocab", "byte_fallback"]))
    return undefined;
  if (rules.some((rule) => rule.normalized)) return undefined;
  const { vocab, unk_id: unknownId, byte_fallback: byteFallback = false } = model;
  if (typeof unknownId !== "number" || typeof byteFallback !== "boolean") return undefined;
  // Were scores so great, a run of unknown characters could cost less than a piece that spells it.
  if (vocab.some(([, score]) => score > 1)) return undefined;
  const plan = planNormalizer(file.normalizer);
  const wordRules = readWordRules(file.preTokenizer);
  if (plan === undefined || wordRules === undefined) return undefined;
  const encoder = new UnigramEncoder(
    new UnitNormalizer(plan),
    wordRules,
    new UnigramModel(vocab, unknownId, byteFallback ? findByteIds(vocab) : undefined),
  );
  const splitter = new AddedTokenSplitter(rules);
  return {
    path: "fast",
    encode(text, into) {
      if (!splitter.mayMatch(text)) return encoder.encode(text, 0, text.length, into);
      splitter.split(text, {
        text: (start, end) => encoder.encode(text, start, end, into),
        token: (id) => into.push(id),
      });
    },
  };
}

/** Ids of "<0x00>" to "<0xFF>", -1 for those that the vocabulary lacks. */
function findByteIds(vocab: readonly (readonly [string, number])[]): Int32Array {
  const ids = new Int32Array(256).fill(-1);
  vocab.forEach(([piece], id) => {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
    if (byte !== undefined) ids[parseInt(byte, 16)] = id;
  });
  return ids;
}

const space = 0x20;
/** A longer word is seldom met twice. */
const longestCached = 20;

class UnigramEncoder {
  private readonly cache = new WordCache();
  /** 1 where a UTF-16 unit is white space. */
  private readonly isWhiteSpace: Uint8Array | undefined;

  constructor(
    private readonly normalizer: UnitNormalizer,
    private readonly rules: WordRules,
    private readonly model: UnigramModel,
  ) {
    if (rules.splitsWhiteSpace) {
      this.isWhiteSpace = new Uint8Array(65_536);
      for (let unit = 0; unit <= 0x3000; unit++) if (whiteSpace.has(unit)) this.isWhiteSpace[unit] = 1;
    }
  }

  encode(text: string, start: number, end: number, into: TokenIdBuffer): void {
    if (start === end) return;
    this.normalizer.normalize(text, start, end);
    const textEnd = this.normalizer.end;
    if (textEnd === 1) return;
    const { metaspace } = this.rules;
    const prepends =
      metaspace !== undefined &&
      (metaspace.prependScheme === "always" || (metaspace.prependScheme === "first" && start === 0));
    if (this.isWhiteSpace !== undefined) this.encodeSplit(textEnd, this.isWhiteSpace, prepends, into);
    else this.encodePiece(1, textEnd, prepends, into);
  }

  private encodeSplit(
    textEnd: number,
    isWhiteSpace: Uint8Array,
    prepends: boolean,
    into: TokenIdBuffer,
  ): void {
    const { units } = this.normalizer;
    for (let index = 1; index < textEnd;) {
      if (isWhiteSpace[units[index] as number] === 1) {
        index++;
        continue;
      }
      const start = index;
      do index++;
      while (index < textEnd && isWhiteSpace[units[index] as number] === 0);
      this.encodePiece(start, index, prepends, into);
    }
  }

  /** Encodes `[start, end)`; the place before it is free for a mark. */
  private encodePiece(start: number, end: number, prepends: boolean, into: TokenIdBuffer): void {
    const { units } = this.normalizer;
    const { metaspace } = this.rules;
    if (metaspace === undefined) return this.encodeWord(units, start, end, into);
    const { mark, split } = metaspace;
    const first = units[start] as number;
    if (prepends && first !== mark && first !== space) units[--start] = mark;
    if (!split) {
      for (let index = start; index < end; index++) if (units[index] === space) units[index] = mark;
      return this.encodeWord(units, start, end, into);
    }
    if (first === space) units[start] = mark;
    let hash = hashUnit(0, units[start] as number);
    for (let index = start + 1; index < end; index++) {
      let unit = units[index] as number;
      if (unit === space || unit === mark) {
        this.encodeCached(units, start, index, hash, into);
        units[index] = unit = mark;
        start = index;
        hash = 0;
      }
      hash = hashUnit(hash, unit);
    }
    this.encodeCached(units, start, end, hash, into);
  }

  private encodeCached(
    units: Uint16Array,
    start: number,
    end: number,
    hash: number,
    into: TokenIdBuffer,
  ): void {
    if (end - start > longestCached) return this.encodeWord(units, start, end, into);
    const { cache } = this;
    const slot = cache.find(units, start, end, hash);
    if (slot < 0) {
      const first = this.model.segment(units, start, end);
      this.model.write(first, into);
      cache.store(units, start, end, hash, this.model.ids, first, this.model.ids.length);
      return;
    }
    const { slots } = cache;
    const count = (slots[slot] as number) >>> 16;
    into.push(slots[slot + 11] as number);
    for (let index = 1; index < count; index++) into.push(slots[slot + 11 + index] as number);
  }

  private encodeWord(units: Uint16Array, start: number, end: number, into: TokenIdBuffer): void {
    this.model.write(this.model.segment(units, start, end), into);
  }
}
