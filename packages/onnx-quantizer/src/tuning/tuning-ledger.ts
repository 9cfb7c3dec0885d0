import type { ObjectiveScores } from "./quantization-objective.js";
import type { QuantizationMethod } from "./recipe.js";
import type { LayerSensitivity } from "./search-order.js";
import type { Trial } from "./trial.js";

/** Everything that a search tried, and what came of it; plain JSON. */
export interface TuningLedger {
  version: 1;
  /** The float32 model. */
  model: string;
  graph: string;
  floatBytes: number;
  method: QuantizationMethod;
  objective: { name: string; floatScores: ObjectiveScores };
  maxRelativeLoss: number;
  metGoal: boolean;
  /** Number of the best trial. */
  best: number;
  trials: readonly Trial[];
  /** Of the dense layers in the best of the recipes, where the search went beyond those; most sensitive first. */
  sensitivities: { recipe: string; layers: readonly LayerSensitivity[] } | null;
  /** What fidelity and speed were measured on. */
  sample: { texts: number; threads: 1; processor: string };
  seconds: number;
}

/** What the scales of activations come from. */
export interface CalibrationSummary {
  texts: number;
  tokens: number;
  /** Of all texts, in order: whoever has them can tell that they are the same. */
  sha256: string;
  /** How ranges were found for the best model; null where it has no static scales. */
  rangeMethod: string | null;
  /** Least and greatest activation that each dense layer has a code for, by the layer's name; before SmoothQuant. */
  ranges: Readonly<Record<string, readonly [minimum: number, maximum: number]>> | null;
}
