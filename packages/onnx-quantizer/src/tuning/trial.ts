import type { ObjectiveScores } from "./quantization-objective.js";
import type { QuantizationRecipe } from "./recipe.js";

/** Where in the search a trial stands. */
export type TuningStage = "recipes" | "operator-types" | "blocks" | "single-layers" | "accumulated-layers";

/** A model that may be tried. */
export interface Proposal {
  stage: TuningStage;
  name: string;
  recipe: QuantizationRecipe;
  /** Names of the dense layers that stay float32. */
  keepFloat: readonly string[];
}

/** A model that was tried. */
export interface FinishedTrial extends Proposal {
  /** From 1. */
  number: number;
  /** By the objective. */
  scores: ObjectiveScores;
  /** Part of float32's score that is lost, of several scores the most; below 0 where the quantized model is better. */
  relativeLoss: number;
  metGoal: boolean;
  /** Mean cosine of its vectors to those of float32, over a few texts. */
  fidelity: number;
  /** Times as fast as float32, one thread, over the same texts. */
  speedup: number;
  /** Of the graph, and of the files with weights beside it. */
  bytes: number;
  /** Dense layers that are quantized, and those that are not. */
  quantizedLayers: number;
  floatLayers: number;
  seconds: number;
}

/** A trial that could not be had; the others went on. */
export interface FailedTrial extends Proposal {
  number: number;
  error: string;
  seconds: number;
}

export type Trial = FinishedTrial | FailedTrial;

export function isFinished(trial: Trial): trial is FinishedTrial {
  return !("error" in trial);
}

/** Speeds so near are the same speed: repeated measurements differ by as much. */
const sameSpeed = 0.95;
const sameBytes = 1.01;

/**
 * Of the trials that met the goal the fastest; of equally fast ones (within 5 %) the smallest; of equally small ones
 * (within 1 %) the one that loses least. Where none met the goal, the one that loses least.
 */
export function bestTrial(trials: readonly Trial[]): FinishedTrial | undefined {
  const finished = trials.filter(isFinished);
  const met = finished.filter(({ metGoal }) => metGoal);
  if (met.length === 0) return leastLoss(finished);
  const fastest = Math.max(...met.map(({ speedup }) => speedup));
  const fast = met.filter(({ speedup }) => speedup >= fastest * sameSpeed);
  const smallest = Math.min(...fast.map(({ bytes }) => bytes));
  return leastLoss(fast.filter(({ bytes }) => bytes <= smallest * sameBytes));
}

/** The first of those that lose least. */
export function leastLoss(trials: readonly FinishedTrial[]): FinishedTrial | undefined {
  return trials.reduce<FinishedTrial | undefined>(
    (best, trial) => (best === undefined || trial.relativeLoss < best.relativeLoss ? trial : best),
    undefined,
  );
}
