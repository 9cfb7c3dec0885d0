import type { Activation, DensePlan, LayerPlan } from "../encoder/encoder-plan.js";

/** Applies the layers after pooling to one vector. */
export class Layers {
  /** Columns of what comes out. */
  readonly outputs: number;
  readonly #memory: readonly [Float32Array, Float32Array];

  constructor(
    private readonly layers: readonly LayerPlan[],
    /** Columns of what goes in. Dense layers fit it, and each other. */
    private readonly inputs: number,
  ) {
    const widths = [inputs, ...layers.flatMap((layer) => (layer.type === "dense" ? [layer.outputs] : []))];
    this.outputs = widths.at(-1) as number;
    const widest = Math.max(...widths);
    this.#memory = [new Float32Array(widest), new Float32Array(widest)];
  }

  /** Where the vector that goes in is put; `apply` overwrites it. */
  get input(): Float32Array {
    return this.#memory[0];
  }

  /** Writes `outputs` components to `out`, from `at` on. */
  apply(out: Float32Array, at: number): void {
    let [vector, next] = this.#memory;
    let width = this.inputs;
    for (const layer of this.layers) {
      if (layer.type === "dense") {
        dense(layer, vector, next);
        width = layer.outputs;
        [vector, next] = [next, vector];
      } else normalize(vector, width);
    }
    out.set(vector.subarray(0, this.outputs), at);
  }
}

function dense({ inputs, outputs, weight, bias, activation }: DensePlan, x: Float32Array, y: Float32Array) {
  const activate = activations[activation];
  for (let output = 0; output < outputs; output++) {
    const row = output * inputs;
    let sum = bias?.[output] ?? 0;
    for (let i = 0; i < inputs; i++) sum += (weight[row + i] as number) * (x[i] as number);
    y[output] = activate(sum);
  }
}

/** To length 1, or as it is where it has none: torch.nn.functional.normalize, whose least divisor is 1e-12. */
function normalize(vector: Float32Array, width: number): void {
  let squares = 0;
  for (let i = 0; i < width; i++) squares += (vector[i] as number) ** 2;
  const scale = 1 / Math.max(Math.sqrt(squares), 1e-12);
  for (let i = 0; i < width; i++) vector[i] = (vector[i] as number) * scale;
}

const activations: Readonly<Record<Activation, (x: number) => number>> = {
  identity: (x) => x,
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
  gelu: (x) => 0.5 * x * (1 + errorFunction(x / Math.SQRT2)),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  silu: (x) => x / (1 + Math.exp(-x)),
};

/** To 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26). */
function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}
