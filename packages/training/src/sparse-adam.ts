import type { SparseGradient } from "./mean-of-rows.js";

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/**
 * Adam (Kingma and Ba 2015, bias-corrected) that moves only the rows a batch touched, as PyTorch's SparseAdam: the
 * moments of the other rows stay as they are.
 */
export class SparseAdam {
  private readonly firstMoments: Float32Array;
  private readonly secondMoments: Float32Array;
  private steps = 0;

  constructor(private readonly table: Float32Array) {
    this.firstMoments = new Float32Array(table.length);
    this.secondMoments = new Float32Array(table.length);
  }

  step(gradient: SparseGradient, learningRate: number): void {
    this.steps++;
    const { table, firstMoments, secondMoments } = this;
    const { dimensions, values, touchedRows, touchedCount } = gradient;
    const stepSize = learningRate / (1 - beta1 ** this.steps);
    const secondCorrection = 1 / (1 - beta2 ** this.steps);
    for (let i = 0; i < touchedCount; i++) {
      const start = (touchedRows[i] as number) * dimensions;
      for (let k = start; k < start + dimensions; k++) {
        const g = values[k] as number;
        const first = beta1 * (firstMoments[k] as number) + (1 - beta1) * g;
        const second = beta2 * (secondMoments[k] as number) + (1 - beta2) * g * g;
        firstMoments[k] = first;
        secondMoments[k] = second;
        table[k] =
          (table[k] as number) - (stepSize * first) / (Math.sqrt(second * secondCorrection) + epsilon);
      }
    }
  }
}
