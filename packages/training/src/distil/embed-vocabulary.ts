import type { EmbeddingModel } from "@kokeshi/core";
import { listTokens } from "../vocabulary/keep-tokens.js";
import { tokenTexts } from "../vocabulary/token-text.js";
import type { ParsedTokenizer } from "../vocabulary/tokenizer-json.js";
import { teacherVectors, type TeacherOptions } from "./teacher-vectors.js";

/** One vector a token of a vocabulary. */
export interface VocabularyVectors {
  /** Row-major, one row an id; zeros for tokens without a vector. */
  table: Float32Array;
  dimensions: number;
  /** Ids that have a vector, in ascending order. */
  known: Uint32Array;
}

/**
 * Asks a model for the vector of each token as if it were a text of its own. Tokens of equal text are asked for once;
 * the unknown token, and tokens that are no text, have zeros.
 *
 * @param words what the tokens of these ids are written as, where that is not what the vocabulary says
 */
export async function embedVocabulary(
  model: EmbeddingModel,
  { json, tokenizer }: ParsedTokenizer,
  words: ReadonlyMap<number, string>,
  options: TeacherOptions = {},
): Promise<VocabularyVectors> {
  const textOf = tokenTexts(json);
  const idsOfText = new Map<string, number[]>();
  for (const [id, token] of listTokens(json)) {
    const text = words.get(id) ?? textOf(token);
    if (text === undefined || id === tokenizer.unknownId) continue;
    const ids = idsOfText.get(text);
    if (ids === undefined) idsOfText.set(text, [id]);
    else ids.push(id);
  }
  const { dimensions } = model;
  const vectors = await teacherVectors(model, Array.from(idsOfText.keys()), options);
  const table = new Float32Array(tokenizer.vocabularySize * dimensions);
  let row = 0;
  for (const ids of idsOfText.values()) {
    const vector = vectors.subarray(row * dimensions, ++row * dimensions);
    for (const id of ids) table.set(vector, id * dimensions);
  }
  return { table, dimensions, known: Uint32Array.from(Array.from(idsOfText.values()).flat()).sort() };
}

/** The rows of these ids, one after the other. */
export function rowsOf({ table, dimensions, known }: VocabularyVectors): Float32Array {
  const rows = new Float32Array(known.length * dimensions);
  known.forEach((id, row) =>
    rows.set(table.subarray(id * dimensions, (id + 1) * dimensions), row * dimensions),
  );
  return rows;
}

/** Rows of any width back at their ids in a table of zeros. */
export function tableOf(rows: Float32Array, known: Uint32Array, vocabularySize: number): Float32Array {
  const dimensions = rows.length / known.length;
  const table = new Float32Array(vocabularySize * dimensions);
  known.forEach((id, row) =>
    table.set(rows.subarray(row * dimensions, (row + 1) * dimensions), id * dimensions),
  );
  return table;
}
