import type { FinishedTrial } from "./trial.js";
import type { CalibrationSummary, TuningLedger } from "./tuning-ledger.js";

export interface TunedQuantization {
  /** The best model found: the bytes of its graph. */
  graph: Uint8Array;
  best: FinishedTrial;
  /** Whether it loses no more than it may. */
  metGoal: boolean;
  ledger: TuningLedger;
  calibration: CalibrationSummary;
}
