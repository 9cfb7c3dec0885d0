import type { FinishedTrial } from "./trial.js";
import type { CalibrationSummary, TuningLedger } from "./tuning-ledger.js";

export interface TunedQuantization {
  /** The best model found, by path in a model folder: its graph (`graphPathOf`), and files of weights beside it if any. */
  files: Readonly<Record<string, Uint8Array>>;
  best: FinishedTrial;
  /** Whether it loses no more than it may. */
  metGoal: boolean;
  ledger: TuningLedger;
  calibration: CalibrationSummary;
}
