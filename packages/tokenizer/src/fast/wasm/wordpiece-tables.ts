import { bertNormalize, isReorderedByBert, type BertNormalizer } from "../bert-normalizer.js";
import type { DoubleArray } from "../double-array.js";
import { bertPunctuation, whiteSpace } from "../unicode-sets.js";
import { isPlainUnit, type ScannerTables, type UnitMeaning } from "./batch-scanner.js";
import * as layout from "./layout.js";
import { wordpieceBinary } from "./wordpiece-binary.js";

export interface WordPieceRules {
  trie: DoubleArray;
  /** State after the prefix of a continuing piece, or -1. */
  continuing: number;
  unknownId: number;
  longestWord: number;
  bert: BertNormalizer;
  /** Id of a character that is a word by itself. */
  idOf(character: string): number;
}

/** `undefined` for ids that the cache has no room for. */
export function wordPieceTables(rules: WordPieceRules): ScannerTables | undefined {
  const { links, values, codes } = rules.trie;
  if (values.some((id) => id >= layout.idLimit) || rules.unknownId >= layout.idLimit) return undefined;
  const cells = new Int32Array(2 * links.length);
  for (let link = 0; link < links.length; link += 2) {
    const base = links[link] as number;
    const owner = links[link + 1] as number;
    cells[2 * link + 1] = owner < 0 ? -1 : 2 * owner;
    cells[2 * link] = 2 * (base & ~1) + (base & 1);
    cells[2 * link + 2] = values[link >> 1] as number;
  }

  function meaningOf(unit: number, singleIds: Uint32Array): UnitMeaning {
    if ((unit & 0xf800) === 0xd800 || isReorderedByBert(unit, rules.bert)) return "unusual";
    const normalized = bertNormalize(String.fromCharCode(unit), rules.bert);
    if (
      normalized.length === 3 &&
      normalized === ` ${normalized[1]} ` &&
      isPlainUnit(normalized.charCodeAt(1))
    )
      return single(normalized.charCodeAt(1), singleIds);
    const units: number[] = [];
    for (const character of normalized) {
      const codePoint = character.codePointAt(0) as number;
      if (whiteSpace.has(codePoint)) units.push(layout.spaceUnit);
      else if (!isPlainUnit(codePoint) || codePoint > 0xffff) return "unusual";
      else if (bertPunctuation.has(codePoint)) units.push(...single(codePoint, singleIds));
      else units.push(codePoint);
    }
    return units;
  }

  function single(unit: number, singleIds: Uint32Array): number[] {
    singleIds[unit] = rules.idOf(String.fromCharCode(unit));
    return [layout.singleUnit, unit];
  }

  return {
    binary: wordpieceBinary,
    tables: [
      [layout.codes, codes.map((code) => 2 * code)],
      [layout.cells, cells],
    ],
    settings: [
      [layout.continuing, rules.continuing < 0 ? 0xffff_ffff : 2 * rules.continuing],
      [layout.unknownId, rules.unknownId],
      [layout.longestWord, rules.longestWord],
    ],
    meaningOf,
  };
}
