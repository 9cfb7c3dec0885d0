import type { UnigramSource } from "../unigram-encoder.js";
import type { PieceTrie } from "../unigram-model.js";
import { whiteSpace } from "../unicode-sets.js";
import { isPlainUnit, type ScannerTables, type UnitMeaning } from "./batch-scanner.js";
import * as layout from "./layout.js";
import { unigramBinary } from "./unigram-binary.js";

const lineFeed = 0x0a;

/** Scores so low could be rounded by more than the search in WebAssembly allows for. */
const leastScore = -10_000;

/** For texts that a mark is put before, and that are cut at spaces; `undefined` for odd scores. */
export function unigramTables({
  model,
  segments,
  mark,
  spaces: { rule, isSpace },
}: UnigramSource): ScannerTables | undefined {
  if (model.unknownScore < leastScore) return undefined;
  const { cells, ids, codes } = model.trie;

  function meaningOf(unit: number): UnitMeaning {
    if ((unit & 0xf800) === 0xd800) return "unusual";
    const { joinsLeft, joinsRight, normalized } = segments.meaningOf(unit);
    // A line feed joins a carriage return before it, which is unusual itself, and nothing else.
    if ((joinsLeft && unit !== lineFeed) || joinsRight) return "unusual";
    const units: number[] = [];
    for (let index = 0; index < normalized.length; index++) {
      const result = normalized.charCodeAt(index);
      if (isSpace(result)) units.push(layout.spaceUnit);
      else if (result === mark || !isPlainUnit(result)) return "unusual";
      else if (rule === "separates once" && whiteSpace.has(result)) return "unusual";
      else units.push(result);
    }
    return units;
  }

  const codesOfUnits = codes.slice();
  codesOfUnits[layout.spaceUnit] = codes[mark] as number;
  const cellIds = layout.cells + cells.byteLength;
  return {
    binary: unigramBinary,
    tables: [
      [layout.codes, codesOfUnits],
      [layout.unknownScore, Float64Array.of(model.unknownScore)],
      [layout.bridges, findBridges(model.trie, mark)],
      [layout.cells, cells],
      [cellIds, ids],
    ],
    settings: [
      [layout.startsWithSpace, 1],
      [layout.unknownId, model.unknownId],
      [layout.everySpaceMarks, rule === "marks" ? 1 : 0],
      [layout.unknownInBytes, model.byteIds === undefined ? 0 : 1],
      [layout.cellIds, cellIds],
    ],
    meaningOf,
  };
}

/** Marks the pairs of neighbouring units in pieces. Where a text has another pair, no piece can bridge it. */
function findBridges({ cells, codes }: PieceTrie, mark: number): Uint8Array {
  const bridges = new Uint8Array(2 ** (layout.bridgeBits - 3));
  const unitOf = new Uint16Array(65_536);
  codes.forEach((code, unit) => (unitOf[code >> 2] = unit === mark ? layout.spaceUnit : unit));
  for (let state = 4; state < cells.length; state += 4) {
    const parent = cells[state + 1] as number;
    if (parent <= 0) continue;
    const grandparent = cells[parent + 1] as number;
    const left = unitOf[(parent - ((cells[grandparent] as number) & ~1)) >> 2] as number;
    const right = unitOf[(state - ((cells[parent] as number) & ~1)) >> 2] as number;
    const hash = Math.imul(left | (right << 16), 0x9e3779b1) >>> (32 - layout.bridgeBits);
    bridges[hash >> 3] = (bridges[hash >> 3] as number) | (1 << (hash & 7));
  }
  return bridges;
}
