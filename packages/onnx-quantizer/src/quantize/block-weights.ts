/** Weights that share a scale in MatMulNBits, one below the other in a column. */
export const blockSize = 32;

/** Weights of a dense layer in the packing of ONNX Runtime's MatMulNBits. */
export interface BlockWeights {
  bits: 4 | 8;
  /**
   * Outputs x blocks x (32 * bits / 8) bytes: column after column, block after block, of four bits the first in the lower
   * half of a byte. Weights below the last row are 0.
   */
  codes: Uint8Array;
  /** Outputs x blocks. Weight = (code - 2^(bits - 1)) * scale. */
  scales: Float32Array;
}

/** Scales tried for blocks of four bits, as parts of the one that cuts nothing off. */
const fractions = [1, 0.95, 0.9, 0.85, 0.8, 0.75];

/**
 * Weights (inputs x outputs) in blocks of 32, each with the scale that leaves the least squared error. Four bits reach from
 * -8 to 7, so the largest magnitude becomes -8 whatever its sign: the scale may be negative.
 */
export function quantizeBlocks(weights: Float32Array, outputs: number, bits: 4 | 8): BlockWeights {
  const inputs = weights.length / outputs;
  const blocks = Math.ceil(inputs / blockSize);
  const bytes = (blockSize * bits) / 8;
  const codes = new Uint8Array(outputs * blocks * bytes);
  const scales = new Float32Array(outputs * blocks);
  const zero = 2 ** (bits - 1);
  const block = new Float32Array(blockSize);
  for (let output = 0; output < outputs; output++) {
    for (let place = 0; place < blocks; place++) {
      for (let row = 0; row < blockSize; row++) {
        const input = place * blockSize + row;
        block[row] = input < inputs ? (weights[input * outputs + output] as number) : 0;
      }
      const index = output * blocks + place;
      const scale = bits === 8 ? scaleOf8Bits(block) : scaleOf4Bits(block);
      scales[index] = scale;
      block.forEach((weight, row) => {
        const code = codeOf(weight, Math.fround(scale), zero);
        const half = row % 2 === 0 ? code : code << 4;
        const byte = index * bytes + (bits === 8 ? row : row >> 1);
        codes[byte] = bits === 8 ? code : (codes[byte] as number) | half;
      });
    }
  }
  return { bits, codes, scales };
}

/** The weights that blocks stand for, inputs x outputs. */
export function dequantizeBlocks(
  { bits, codes, scales }: BlockWeights,
  outputs: number,
  inputs: number,
): Float32Array {
  const blocks = scales.length / outputs;
  const bytes = (blockSize * bits) / 8;
  const zero = 2 ** (bits - 1);
  return Float32Array.from({ length: inputs * outputs }, (_, index) => {
    const input = Math.floor(index / outputs);
    const block = (index % outputs) * blocks + Math.floor(input / blockSize);
    const row = input % blockSize;
    const byte = codes[block * bytes + (bits === 8 ? row : row >> 1)] as number;
    const code = bits === 8 ? byte : row % 2 === 0 ? byte & 15 : byte >> 4;
    return (code - zero) * (scales[block] as number);
  });
}

function codeOf(weight: number, scale: number, zero: number): number {
  return Math.max(0, Math.min(2 * zero - 1, Math.round(weight / scale) + zero));
}

function scaleOf8Bits(block: Float32Array): number {
  return Math.fround(Math.abs(extremeOf(block)) / 127) || 1;
}

function scaleOf4Bits(block: Float32Array): number {
  const whole = extremeOf(block) / -8;
  if (Math.fround(whole) === 0) return 1;
  let best = whole;
  let least = Number.POSITIVE_INFINITY;
  for (const fraction of fractions) {
    const scale = Math.fround(whole * fraction);
    const error = block.reduce(
      (sum, weight) => sum + (weight - (codeOf(weight, scale, 8) - 8) * scale) ** 2,
      0,
    );
    if (error >= least) continue;
    least = error;
    best = scale;
  }
  return best;
}

/** The element of the largest magnitude, with its sign. */
function extremeOf(block: Float32Array): number {
  return block.reduce((extreme, weight) => (Math.abs(weight) > Math.abs(extreme) ? weight : extreme), 0);
}
