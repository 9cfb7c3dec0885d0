import { InvalidArgumentError } from "@kokeshi/core";

/** A BERT encoder by its sizes, and by how its exporter wrote it down. */
export interface EncoderShape {
  layers: number;
  hidden: number;
  heads: number;
  intermediate: number;
  vocabulary: number;
  positions: number;
  /**
   * "chain": ReduceMean, Sub, Pow, …, as exporters write up to opset 16. "operator": LayerNormalization, opset 17.
   */
  layerNorm: "chain" | "operator";
  /**
   * "eager": the scores are divided by the root of the head's width after the product, as transformers wrote until 4.47.
   * "sdpa": both factors are multiplied by its root before, as torch.onnx.export writes scaled_dot_product_attention.
   */
  attention: "eager" | "sdpa";
  /** Weights are drawn from this seed. */
  seed: number;
  /**
   * How far a few channels of the activations stand out from the others, which are about 1: what makes a model hard to
   * quantize. 0: none do.
   */
  outliers: number;
}

const exporter = { layerNorm: "operator", attention: "eager", seed: 1, outliers: 0 } as const;

const shapes = {
  tiny: {
    layers: 2,
    hidden: 32,
    heads: 4,
    intermediate: 64,
    vocabulary: 128,
    positions: 64,
    ...exporter,
  },
  "minilm-l6": {
    layers: 6,
    hidden: 384,
    heads: 12,
    intermediate: 1536,
    vocabulary: 30_522,
    positions: 512,
    ...exporter,
  },
  "bge-small": {
    layers: 12,
    hidden: 384,
    heads: 12,
    intermediate: 1536,
    vocabulary: 30_522,
    positions: 512,
    ...exporter,
  },
  "bge-base": {
    layers: 12,
    hidden: 768,
    heads: 12,
    intermediate: 3072,
    vocabulary: 30_522,
    positions: 512,
    ...exporter,
  },
} as const satisfies Record<string, EncoderShape>;

export const shapeNames = Object.keys(shapes) as readonly (keyof typeof shapes)[];

/** A known shape, with some of its sizes changed. */
export function encoderShape(name: keyof typeof shapes, changes: Partial<EncoderShape> = {}): EncoderShape {
  const shape: EncoderShape = { ...shapes[name], ...changes };
  if (shape.hidden % shape.heads !== 0) {
    throw new InvalidArgumentError({
      part: "encoder-shapes",
      problem: `${shape.heads} heads do not share ${shape.hidden} columns evenly`,
      remedy: "choose a hidden size that is a multiple of the heads",
    });
  }
  if (!(shape.outliers >= 0 && shape.outliers < 1e6)) {
    throw new InvalidArgumentError({
      part: "encoder-shapes",
      problem: `the outliers are ${shape.outliers}`,
      remedy: "choose 0 for none, or how far they stand out, such as 100",
    });
  }
  return shape;
}
