import type { Embeddings } from "@kokeshi/core";
import type { CodeFormat } from "./code-format.js";
import { type CodeBlock, type CodeTable, type CodeVectors, openVectors } from "./code-table.js";
import { shift } from "./nearest-rows.js";
import { chosenQueries, prepareQueries, type PreparedQueries } from "./stage-queries.js";

/** Scores chosen rows against a query with other codes than those that found them. */
export type Rescorer = (query: number, rows: Uint32Array) => Float32Array;

/**
 * With codes in memory.
 *
 * @param queries of the dimensions of these codes
 */
export function rescorerInMemory(table: CodeTable, format: CodeFormat, queries: Embeddings): Rescorer {
  const prepared = prepareQueries(format, queries);
  return (query, rows) => {
    const { values } = chosenQueries(prepared, query, query + 1);
    const scores = scoresInBlocks(table, rows, (vectors, inBlock) => {
      return vectors.dotProducts(values, inBlock);
    });
    return meantBy(scores, query, prepared);
  };
}

function endInBlock(rows: Uint32Array, start: number, { firstRow, capacity }: CodeBlock): number {
  let end = start;
  while (end < rows.length && (rows[end] as number) < firstRow + capacity) end++;
  return end;
}

/** Rows that a desk has room for. */
export const deskRows = 1024;

/**
 * With finer codes that `read` fetches row by row, from a disk for example.
 *
 * @param desk an empty table with room for `deskRows` finer codes, on which they are laid
 */
export function rescorerFromDisk(
  desk: CodeTable,
  format: CodeFormat,
  queries: Embeddings,
  read: (row: number, target: Uint8Array) => void,
): Rescorer {
  const prepared = prepareQueries(format, queries);
  const { width } = format;
  return (query, rows) => {
    const { values } = chosenQueries(prepared, query, query + 1);
    const scores = new Float32Array(rows.length);
    const bytes = new Uint8Array(Math.min(rows.length, deskRows) * width);
    const ids = Uint32Array.from({ length: Math.min(rows.length, deskRows) }, (_, index) => index);
    for (let start = 0; start < rows.length; start += deskRows) {
      const portion = rows.subarray(start, start + deskRows);
      portion.forEach((row, index) => read(row, bytes.subarray(index * width, (index + 1) * width)));
      desk.stage(bytes.subarray(0, portion.length * width));
      const vectors = openVectors(desk.kernels, (desk.blocks[0] as CodeBlock).shared);
      scores.set(vectors.dotProducts(values, ids.subarray(0, portion.length)), start);
    }
    return meantBy(scores, query, prepared);
  };
}

/** What scores of the kernels stand for, in their place. */
function meantBy(scores: Float32Array, query: number, { scoreOf }: PreparedQueries): Float32Array {
  for (let index = 0; index < scores.length; index++) scores[index] = scoreOf(query, scores[index] as number);
  return scores;
}

/** The scores of ascending rows, which `score` gives for those of one block. */
function scoresInBlocks(
  table: CodeTable,
  rows: Uint32Array,
  score: (vectors: CodeVectors, inBlock: Uint32Array) => Float32Array,
): Float32Array {
  const scores = new Float32Array(rows.length);
  for (let start = 0; start < rows.length;) {
    const block = table.blockOf(rows[start] as number);
    const end = endInBlock(rows, start, block);
    const inBlock = rows.slice(start, end);
    shift(inBlock, -block.firstRow);
    scores.set(score(openVectors(table.kernels, block.shared), inBlock), start);
    start = end;
  }
  return scores;
}
