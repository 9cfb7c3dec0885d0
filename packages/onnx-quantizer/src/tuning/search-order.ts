import type { LayerRole, PlacedLayer } from "./layer-roles.js";
import { type QuantizationRecipe, recipeName } from "./recipe.js";
import { leastLoss, isFinished, type FinishedTrial, type Proposal, type Trial } from "./trial.js";

/** A dense layer, and what it costs that it is quantized. */
export interface LayerSensitivity extends PlacedLayer {
  /** How much nearer the vectors come to float32's, in mean cosine, when this layer alone stays float32. */
  gain: number;
}

export interface SearchOptions {
  recipes: readonly QuantizationRecipe[];
  /** Those that may stay float32; without any, recipes are all that is tried. */
  layers: readonly PlacedLayer[];
  /** Most proposals. */
  trials: number;
  /** Measures what every layer costs in the best model so far. */
  measureSensitivities: (best: FinishedTrial) => Promise<readonly LayerSensitivity[]>;
}

/** Parts of all trials, and of those that are left after the recipes: layers together have the rest of these. */
const shares = { recipes: 0.4, operatorTypes: 0.2, blocks: 0.15, singleLayers: 0.15 };

const roleNames: Readonly<Record<LayerRole, string>> = {
  "attention-projections": "attention projections",
  "attention-output": "attention outputs",
  "feed-forward-first": "first products of feed-forward",
  "feed-forward-second": "second products of feed-forward",
  other: "layers outside the blocks",
};

/**
 * Proposes models until the trials are used up, and is told what came of each: first the recipes; then, with the best of
 * them, a kind of layer kept float32, a block, a single layer, and at last ever more layers together, from two to all,
 * each time the most sensitive first. Kinds, single layers and then layers together is also the order of Intel Neural
 * Compressor (neural_compressor/strategy/basic.py), which tries all of them with the objective itself.
 */
export async function* searchOrder({
  recipes,
  layers,
  trials,
  measureSensitivities,
}: SearchOptions): AsyncGenerator<Proposal, void, Trial> {
  const tried: FinishedTrial[] = [];
  const most = layers.length === 0 ? trials : Math.max(1, Math.round(trials * shares.recipes));
  const forRecipes = Math.min(recipes.length, most);
  for (const recipe of recipes.slice(0, forRecipes)) {
    const trial = yield { stage: "recipes", name: recipeName(recipe), recipe, keepFloat: [] };
    if (isFinished(trial)) tried.push(trial);
  }
  const best = leastLoss(tried);
  const left = trials - forRecipes;
  if (best === undefined || left === 0 || layers.length === 0) return;

  const sensitivities = [...(await measureSensitivities(best))].sort((a, b) => b.gain - a.gain);
  const { recipe } = best;
  const propose = (stage: Proposal["stage"], what: string, kept: readonly LayerSensitivity[]): Proposal => ({
    stage,
    name: `${recipeName(recipe)}, ${what} in float32`,
    recipe,
    keepFloat: kept.map(({ name }) => name),
  });
  const types = groups(sensitivities, ({ role }) => role).map((group) =>
    propose("operator-types", roleNames[(group[0] as LayerSensitivity).role], group),
  );
  const inBlocks = sensitivities.filter(({ block }) => block !== undefined);
  const blocks = groups(inBlocks, ({ block }) => block).map((group) =>
    propose("blocks", `block ${(group[0] as LayerSensitivity).block}`, group),
  );
  const single = sensitivities.map((layer) => propose("single-layers", layer.name, [layer]));
  const first = [
    ...types.slice(0, Math.floor(left * shares.operatorTypes)),
    ...blocks.slice(0, Math.floor(left * shares.blocks)),
    ...single.slice(0, Math.floor(left * shares.singleLayers)),
  ];
  const accumulated = growingCounts(layers.length, left - first.length).map((count) =>
    propose(
      "accumulated-layers",
      count === layers.length ? "all layers" : `the ${count} most sensitive layers`,
      sensitivities.slice(0, count),
    ),
  );
  const proposed = new Set<string>();
  for (const proposal of [...first, ...accumulated]) {
    const key = [...proposal.keepFloat].sort().join("\n");
    if (!proposed.has(key)) yield proposal;
    proposed.add(key);
  }
}

/** Groups in the order of the sum of their gains, greatest first. */
function groups<Key>(
  layers: readonly LayerSensitivity[],
  keyOf: (layer: LayerSensitivity) => Key,
): LayerSensitivity[][] {
  const byKey = new Map<Key, LayerSensitivity[]>();
  for (const layer of layers) {
    const group = byKey.get(keyOf(layer)) ?? [];
    group.push(layer);
    byKey.set(keyOf(layer), group);
  }
  const sum = (group: readonly LayerSensitivity[]): number =>
    group.reduce((total, { gain }) => total + gain, 0);
  return Array.from(byKey.values()).sort((a, b) => sum(b) - sum(a));
}

/**
 * At most `steps` counts from 2 to `all`, each the same multiple of the one before, as near as whole numbers come; a
 * single one is in the middle.
 */
export function growingCounts(all: number, steps: number): number[] {
  const least = Math.min(2, all);
  const counts = Array.from({ length: steps }, (_, step) =>
    Math.round(least * (all / least) ** (steps === 1 ? 0.5 : step / (steps - 1))),
  );
  return Array.from(new Set(counts));
}
