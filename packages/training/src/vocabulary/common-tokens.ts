import { listTokens } from "./keep-tokens.js";
import type { ParsedTokenizer } from "./tokenizer-json.js";

/** Share of the characters that stay writable by single tokens: SentencePiece's default. */
const characterCoverage = 0.9995;

/**
 * The tokens to keep when a vocabulary may have `size` tokens: the unknown token, the single characters without which
 * more than 0.05 % of the characters would be lost where a longer token has gone, and then the commonest.
 *
 * @param counts how often each token occurs, by id
 */
export function commonTokens(
  { json, tokenizer }: ParsedTokenizer,
  counts: Float64Array,
  size: number,
): Set<number> {
  const { model } = json;
  const prefix = model["continuing_subword_prefix"];
  const continuing = model.type === "WordPiece" ? (typeof prefix === "string" ? prefix : "##") : "";
  const spelled = Array.from(listTokens(json), ([id, token]) => ({
    id,
    count: counts[id] ?? 0,
    characters: Array.from(
      continuing !== "" && token.startsWith(continuing) && token !== continuing
        ? token.slice(continuing.length)
        : token,
    ),
  })).filter(({ id }) => id !== tokenizer.unknownId);

  const characterCounts = new Map<string, number>();
  for (const { count, characters } of spelled) {
    for (const character of characters)
      characterCounts.set(character, (characterCounts.get(character) ?? 0) + count);
  }
  const needed = model.type === "BPE" ? new Set(characterCounts.keys()) : commonest(characterCounts);
  const isNeeded = ({ characters }: { characters: string[] }): boolean =>
    characters.length === 1 && needed.has(characters[0] as string);
  const weight = (token: { characters: string[]; count: number }): number =>
    isNeeded(token) ? (characterCounts.get(token.characters[0] as string) as number) : token.count;
  spelled.sort((a, b) => Number(isNeeded(b)) - Number(isNeeded(a)) || weight(b) - weight(a) || a.id - b.id);
  const kept = spelled.slice(0, size - (tokenizer.unknownId === undefined ? 0 : 1));
  return new Set(kept.map(({ id }) => id));
}

/** The commonest characters that together reach the coverage. */
function commonest(counts: ReadonlyMap<string, number>): Set<string> {
  const all = Array.from(counts.values()).reduce((sum, count) => sum + count, 0);
  const chosen = new Set<string>();
  let reached = 0;
  for (const [character, count] of Array.from(counts).sort(([, a], [, b]) => b - a)) {
    if (reached >= characterCoverage * all) break;
    chosen.add(character);
    reached += count;
  }
  return chosen;
}
