/**
 * Tokens that a run of the graph costs beside its texts. Starting the nodes of a 12-layer encoder takes as long as 10 to
 * 20 tokens: `npm run bench -w @kokeshi/transformer-int8` prints it.
 */
const runCost = 16;

/** Below so many tokens a batch runs slower per token: the matrices are too small to keep the processor busy. */
const leastBudget = 128;

/**
 * Of the tokens that are left, the part that one batch may take: workers share a small call, and come to the end of a
 * large one together (guided self-scheduling, Polychronopoulos and Kuck 1987).
 */
const partOfRest = 1 / 8;

export interface PlanOptions {
  /** Tokens a batch, padding included. A text longer than this has a batch of its own; 1 puts every text alone. */
  tokenBudget: number;
}

/**
 * Groups texts of like length into batches of which each, padded to its longest text, has at most `tokenBudget` tokens,
 * and fewer towards the end. Among the ways to cut the texts, sorted by length, into such batches it takes the one with
 * the least padding and the fewest runs, counted together in tokens (a shortest path over the places to cut).
 *
 * The plan depends on the lengths alone, never on the machine or its load: where a graph makes a vector depend on its
 * neighbours (dynamic INT8), the same call still gives the same vectors.
 *
 * @param lengths tokens of each text
 * @returns the indices of each batch, longest texts first in each and in all
 */
export function planBatches(lengths: Uint32Array, { tokenBudget }: PlanOptions): Uint32Array[] {
  const order = longestFirst(lengths);
  const starts = cheapestStarts(lengths, order, tokenBudget);
  return starts.map((start, index) => order.subarray(start, starts[index + 1] ?? order.length));
}

function longestFirst(lengths: Uint32Array): Uint32Array {
  return Uint32Array.from(lengths.keys()).sort(
    (a, b) => (lengths[b] as number) - (lengths[a] as number) || a - b,
  );
}

/** Where each batch starts in `order`. */
function cheapestStarts(lengths: Uint32Array, order: Uint32Array, tokenBudget: number): number[] {
  const count = order.length;
  let tokensLeft = lengths.reduce((total, length) => total + length, 0);
  /** Cost of the first n texts, and where their last batch starts. */
  const cost = new Float64Array(count + 1).fill(Infinity);
  const lastStart = new Uint32Array(count + 1);
  cost[0] = 0;
  for (let start = 0; start < count; start++) {
    const length = lengths[order[start] as number] as number;
    const budget = Math.min(tokenBudget, Math.max(leastBudget, Math.ceil(tokensLeft * partOfRest)));
    tokensLeft -= length;
    const longest = Math.max(1, length);
    const end = Math.min(count, start + Math.max(1, Math.floor(budget / longest)));
    let batch = (cost[start] as number) + runCost;
    for (let next = start + 1; next <= end; next++) {
      batch += longest;
      if (batch >= (cost[next] as number)) continue;
      cost[next] = batch;
      lastStart[next] = start;
    }
  }
  const starts: number[] = [];
  for (let end = count; end > 0; end = lastStart[end] as number) starts.push(lastStart[end] as number);
  return starts.reverse();
}
