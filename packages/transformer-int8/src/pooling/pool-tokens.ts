import type { PoolingMode } from "../encoder/encoder-plan.js";

/** The vectors of one text's tokens. */
export interface TokenVectors {
  /** Row-major, `width` columns a token; the text's first token begins at `start`. */
  values: Float32Array;
  start: number;
  width: number;
  /** Tokens from `from` up to `to` count: padding comes after, a prompt that is left out before. */
  from: number;
  to: number;
}

/**
 * One vector of `width` components from those of a text's tokens, written to `out` at `at`; zeros where no token
 * counts. After sentence-transformers, models/Pooling.py, forward.
 */
export function poolTokens(mode: PoolingMode, tokens: TokenVectors, out: Float32Array, at: number): void {
  const { values, start, width, from, to } = tokens;
  if (mode === "cls") {
    // Also where a prompt is left out: the first token stands for the whole text.
    if (to > 0) copy(values, start, width, out, at);
    else out.fill(0, at, at + width);
    return;
  }
  if (to <= from) {
    out.fill(0, at, at + width);
    return;
  }
  switch (mode) {
    case "lasttoken":
      copy(values, start + (to - 1) * width, width, out, at);
      break;
    case "max":
      copy(values, start + from * width, width, out, at);
      for (let token = from + 1; token < to; token++) {
        const row = start + token * width;
        for (let i = 0; i < width; i++) {
          const value = values[row + i] as number;
          if (value > (out[at + i] as number)) out[at + i] = value;
        }
      }
      break;
    case "mean":
      sum(tokens, out, at, () => 1, 1 / (to - from));
      break;
    case "mean_sqrt_len_tokens":
      sum(tokens, out, at, () => 1, 1 / Math.sqrt(to - from));
      break;
    case "weightedmean":
      // Token i of the row weighs i + 1 (SGPT, https://arxiv.org/abs/2202.08904), a prompt that is left out counted along.
      sum(tokens, out, at, (token) => token + 1, 2 / ((to - from) * (from + 1 + to)));
      break;
  }
}

function copy(values: Float32Array, start: number, width: number, out: Float32Array, at: number): void {
  for (let i = 0; i < width; i++) out[at + i] = values[start + i] as number;
}

/** scale * sum over tokens of weight(token) * vector, summed in float64. */
function sum(
  { values, start, width, from, to }: TokenVectors,
  out: Float32Array,
  at: number,
  weightOf: (token: number) => number,
  scale: number,
): void {
  if (sums.length < width) sums = new Float64Array(width);
  sums.fill(0, 0, width);
  for (let token = from; token < to; token++) {
    const row = start + token * width;
    const weight = weightOf(token);
    for (let i = 0; i < width; i++) sums[i] = (sums[i] as number) + weight * (values[row + i] as number);
  }
  for (let i = 0; i < width; i++) out[at + i] = (sums[i] as number) * scale;
}

/** Kept between calls, which are synchronous. */
let sums = new Float64Array(0);
