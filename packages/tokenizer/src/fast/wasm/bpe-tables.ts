import { lowercaseCharacters } from "../bert-normalizer.js";
import { ByteSymbols } from "../bpe/byte-symbols.js";
import type { CharacterSymbols } from "../bpe/character-symbols.js";
import type { BpeSource } from "../bpe/create-bpe-encoder.js";
import { hashPair, type MergeTable } from "../bpe/merge-table.js";
import type { Pipeline } from "../bpe/read-pipeline.js";
import { letterClasses, punctuationClasses } from "../bpe/unicode-classes.js";
import { joinsInForm } from "../unicode-forms.js";
import { isPlainUnit, type ScannerTables, type UnitMeaning } from "./batch-scanner.js";
import { bpeBinary } from "./bpe-binary.js";
import { findExceptions } from "./bpe-exceptions.js";
import * as layout from "./layout.js";

const space = 0x20;
const mostSupplementaryIds = 2 ** (layout.supplementaryIdBits - 1);

/** `undefined` for ids that merges have no room for. */
export function bpeTables(source: BpeSource): ScannerTables | undefined {
  const { model, pipeline, symbols, merges, pieces } = source;
  const { leadingSpace, spells } = pipeline;
  for (const id of model.vocabulary.values()) if (id >= layout.symbolLimit) return undefined;
  const knowsPairs =
    pipeline.normalize === undefined &&
    (symbols instanceof ByteSymbols || symbols.supplementaryIds.size <= mostSupplementaryIds);
  // A table of one bit where nothing is cut.
  const canMerge = pieces.bridges?.bits ?? Int32Array.of(1);
  const mergesAt = layout.bpeTables + 16 * Math.ceil(canMerge.byteLength / 16);
  const packedMerges = packMerges(merges);
  const mergedIdsAt = mergesAt + packedMerges.byteLength;
  const exceptions = model.ignoresMerges ? findExceptions(source) : new Uint8Array(0);
  const classes = pipeline.pieceRule === "falcon" ? punctuationClasses() : letterClasses();

  function meaningOf(unit: number): UnitMeaning {
    if ((unit & 0xf800) === 0xd800) return knowsPairs ? "half" : "unusual";
    if (unit === space || (spells !== "bytes" && unit === spells.space.charCodeAt(0)))
      return [layout.spaceUnit];
    const units = pipeline.normalize === undefined ? [unit] : normalizedUnits(unit, pipeline.normalize);
    return units?.every(isPlainUnit) ? units : "unusual";
  }

  return {
    binary: bpeBinary,
    tables: [
      [layout.units, describeUnits(source, classes)],
      [layout.supplementaryClasses, classes.subarray(layout.firstSupplementary)],
      ...(symbols instanceof ByteSymbols
        ? [[layout.byteIds, symbols.ids] as const]
        : characterTables(symbols, model.byteTokens)),
      [layout.exceptions, exceptions],
      [layout.presentMerges, merges.present],
      [layout.bpeTables, canMerge],
      [layout.firstRanks, rankFirstMerges(source)],
      [mergesAt, packedMerges],
      [mergedIdsAt, Int32Array.from(model.merges, ({ mergedId }) => mergedId)],
    ],
    settings: [
      [layout.startsWithSpace, leadingSpace.where === "nowhere" ? 0 : 1],
      [layout.everySpaceMarks, leadingSpace.always ? 1 : 0],
      [layout.unknownInBytes, model.byteTokens === undefined ? 0 : 1],
      [layout.pieceRule, layout[pipeline.pieceRule]],
      [layout.spellsBytes, symbols instanceof ByteSymbols ? 1 : 0],
      [layout.digitsApart, pipeline.digitsApart ? 1 : 0],
      [layout.cutsAscii, pieces.cutsAscii ? 1 : 0],
      [layout.placeMatters, model.endSuffix === "" ? 0 : 1],
      [layout.unknownSymbol, model.unknown.id ?? -1],
      [layout.fusesUnknown, model.unknown.fuse ? 1 : 0],
      [layout.hasExceptions, exceptions.some((bits) => bits !== 0) ? 1 : 0],
      [layout.canMerge, layout.bpeTables],
      [layout.merges, mergesAt],
      [layout.mergedIds, mergedIdsAt],
      [layout.mergeMask, packedMerges.length / 2 - 1],
    ],
    meaningOf,
  };
}

/**
 * What a character becomes in every text; `undefined` where neighbours can change that, and where it is more than lower
 * case, which is all that is done to a text before added tokens are looked for in it.
 */
function normalizedUnits(
  unit: number,
  { apply, composes, lowercases }: NonNullable<Pipeline["normalize"]>,
): number[] | undefined {
  const character = String.fromCharCode(unit);
  const expected = lowercases ? lowercaseCharacters(character) : character;
  if (apply(character) !== expected) return undefined;
  const units = Array.from(expected, (each) => each.codePointAt(0) as number);
  return composes && [unit, ...units].some((each) => joinsInForm(each, "NFC")) ? undefined : units;
}

/** Place among the others in the table of what can merge, and class, of each UTF-16 unit of normalized text. */
function describeUnits({ pieces: { bridges } }: BpeSource, classes: Uint8Array): Uint8Array {
  const described = new DataView(new ArrayBuffer(8 * 65_536));
  for (let unit = 0; unit < 65_536; unit++) {
    const character = unit === layout.spaceUnit ? space : unit;
    const isEnd = unit === layout.endOfText;
    if (bridges !== undefined) {
      const { left, right } = bridges;
      described.setUint32(8 * unit, (left.ofUnit[character] as number) * right.count, true);
      described.setUint16(8 * unit + layout.unitColumn, right.ofUnit[character] as number, true);
    }
    described.setUint8(8 * unit + layout.unitClass, isEnd ? layout.endClass : (classes[character] as number));
  }
  return new Uint8Array(described.buffer);
}

function characterTables(
  { ids, supplementaryIds }: CharacterSymbols,
  byteTokens: Int32Array | undefined,
): (readonly [address: number, content: ArrayBufferView])[] {
  const idOfUnit = ids.slice();
  idOfUnit[layout.spaceUnit] = ids[space] as number;
  const slots = new Int32Array(2 << layout.supplementaryIdBits);
  if (supplementaryIds.size <= mostSupplementaryIds) {
    for (const [codePoint, id] of supplementaryIds) {
      let slot = 2 * codePoint;
      while (slots[slot & (slots.length - 1)] !== 0) slot += 2;
      slots.set([codePoint, id], slot & (slots.length - 1));
    }
  }
  return [
    [layout.codes, idOfUnit],
    [layout.byteIds, byteTokens ?? new Int32Array(0)],
    [layout.supplementaryIds, slots],
  ];
}

/** Each merge in 64 bits: two symbols and the rank. The table is as small as can be, for the processor's cache. */
function packMerges({ entries }: MergeTable): Uint32Array {
  let count = 0;
  for (let entry = 0; entry < entries.length; entry += 4) if (entries[entry] !== -1) count++;
  const packed = new Uint32Array(2 * 2 ** Math.ceil(Math.log2(count * 1.25 + 4))).fill(0xffff_ffff);
  for (let entry = 0; entry < entries.length; entry += 4) {
    const left = entries[entry] as number;
    const right = entries[entry + 1] as number;
    const rank = entries[entry + 2] as number;
    if (left === -1) continue;
    let place = 2 * hashPair(left, right);
    while (packed[(place & (packed.length - 1)) + 1] !== 0xffff_ffff) place += 2;
    const low = left | (right << layout.symbolBits);
    const high = (right >>> (32 - layout.symbolBits)) | (rank << (2 * layout.symbolBits - 32));
    packed.set([low, high], place & (packed.length - 1));
  }
  return packed;
}

/** See `layout.firstRanks`. */
function rankFirstMerges({ symbols, merges }: BpeSource): Int32Array {
  const ranks = new Int32Array(65_536).fill(-1);
  const most = symbols instanceof ByteSymbols ? 256 : 128;
  for (let left = 0; left < most; left++) {
    for (let right = 0; right < most; right++) {
      const entry = merges.find(symbols.ids[left] as number, symbols.ids[right] as number);
      if (entry >= 0) ranks[(left << 8) | right] = (merges.entries[entry + 2] as number) << 8;
    }
  }
  return ranks;
}
