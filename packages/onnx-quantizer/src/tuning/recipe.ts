/** How a model is made INT8, but for the layers that stay float32. */
export interface QuantizationRecipe {
  method: "static" | "dynamic" | "weight-only";
  /** How the range of activations is found; for "static". */
  rangeMethod?: "min-max" | "moving-average" | "percentile" | "entropy" | "mse";
  /** Whether outliers move from activations to weights before (SmoothQuant); the share that moves is `alpha`. */
  smoothQuant?: { alpha?: number };
  biasCorrection?: boolean;
  /** Bits of a weight; for "weight-only". */
  bits?: 4 | 8;
  /** A scale for each output of a layer, or one for all its weights; not for "weight-only". Default: "per-channel". */
  weightScales?: "per-channel" | "per-tensor";
  /** Codes of activations; for "static". Default: "uint8". */
  activationType?: "uint8" | "int8";
  /** Whether ranges of activations reach as far below 0 as above; for "static". Default: false. */
  symmetricActivations?: boolean;
}

/** What runtimes other than this CPU's ask for: the same in every recipe of a search. */
export type CodeChoices = Pick<
  QuantizationRecipe,
  "weightScales" | "activationType" | "symmetricActivations"
>;

export type QuantizationMethod = QuantizationRecipe["method"];

/** Short and unique among the recipes of one search: "percentile + SmoothQuant + bias correction". */
export function recipeName({
  method,
  rangeMethod,
  smoothQuant,
  biasCorrection,
  bits,
  weightScales,
  activationType,
  symmetricActivations,
}: QuantizationRecipe): string {
  const first =
    method === "static"
      ? (rangeMethod ?? "min-max")
      : method === "dynamic"
        ? "dynamic"
        : `${bits ?? 8}-bit weights`;
  const alpha = smoothQuant?.alpha === undefined ? "" : ` ${smoothQuant.alpha}`;
  return [
    first,
    ...(smoothQuant === undefined ? [] : [`SmoothQuant${alpha}`]),
    ...(biasCorrection === true ? ["bias correction"] : []),
    ...(weightScales === "per-tensor" ? ["one weight scale a layer"] : []),
    ...(activationType === "int8" ? ["signed activations"] : []),
    ...(symmetricActivations === true ? ["symmetric activations"] : []),
  ].join(" + ");
}

/**
 * The recipes of a method, in the order in which they are tried: the plain one first, which is the fastest; then what
 * helps most where activations have outlying channels; other ways to choose ranges help less. Fewer bits before more.
 * `choices` are those of every recipe: one scale a layer and symmetric activations lose accuracy and win no speed, so no
 * search tries them of its own accord.
 */
export function recipesOf(method: QuantizationMethod, choices: CodeChoices = {}): QuantizationRecipe[] {
  return searchedRecipes(method).map((recipe) => ({ ...recipe, ...choices }));
}

function searchedRecipes(method: QuantizationMethod): QuantizationRecipe[] {
  const smooth = { smoothQuant: {} };
  const corrected = { biasCorrection: true };
  const additions = [{}, { ...smooth, ...corrected }, corrected, smooth];
  switch (method) {
    case "static":
      return (["min-max", "percentile", "entropy", "mse"] as const).flatMap((rangeMethod) =>
        additions.map((addition) => ({ method, rangeMethod, ...addition })),
      );
    case "dynamic":
      return additions.map((addition) => ({ method, ...addition }));
    case "weight-only":
      return ([4, 8] as const).flatMap((bits) =>
        [{}, corrected].map((addition) => ({ method, bits, ...addition })),
      );
  }
}
