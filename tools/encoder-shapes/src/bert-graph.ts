import {
  float,
  GraphBuilder,
  int,
  ints,
  tensorTypeCodes,
  type OnnxModel,
  type ValueName,
} from "@kokeshi/onnx";
import type { EncoderShape } from "./encoder-shape.js";
import { Outliers, plant, type Planted } from "./outliers.js";
import { RandomWeights } from "./random-weights.js";

/**
 * A BERT encoder in the operators, and in their order, that torch.onnx.export and Optimum write for
 * transformers' BertModel: inputs input_ids, attention_mask and token_type_ids (int64, batch x sequence), output
 * last_hidden_state (float32, batch x sequence x hidden).
 */
export function bertGraph(shape: EncoderShape): OnnxModel {
  const graph = new GraphBuilder("main_graph");
  const size = ["batch_size", "sequence_length"];
  const inputIds = graph.input("input_ids", "int64", size);
  const attentionMask = graph.input("attention_mask", "int64", size);
  const tokenTypeIds = graph.input("token_type_ids", "int64", size);
  const bert = new BertLayers(graph, shape);
  const bias = bert.maskBias(attentionMask);
  let hidden = bert.embeddings(inputIds, tokenTypeIds);
  for (let layer = 0; layer < shape.layers; layer++) {
    hidden = bert.layerNorm(bert.selfAttention(hidden, bias));
    // Vectors are made of what the last norm gives.
    hidden = bert.layerNorm(bert.feedForward(hidden), layer < shape.layers - 1);
  }
  graph.output("last_hidden_state", hidden, "float32", [...size, shape.hidden]);
  return graph.model({ "": shape.layerNorm === "operator" ? 17 : 14 });
}

class BertLayers {
  private readonly weights: RandomWeights;
  private readonly outliers: Outliers;

  constructor(
    private readonly graph: GraphBuilder,
    private readonly shape: EncoderShape,
  ) {
    this.weights = new RandomWeights(shape.seed);
    this.outliers = new Outliers(shape);
  }

  embeddings(inputIds: ValueName, tokenTypeIds: ValueName): ValueName {
    const { graph, shape } = this;
    const words = graph.node("Gather", [this.table(shape.vocabulary), inputIds]);
    const types = graph.node("Gather", [this.table(2), tokenTypeIds]);
    const everyPosition = graph.initializer(
      "int64",
      [1, shape.positions],
      new Uint8Array(
        BigInt64Array.from({ length: shape.positions }, (_, position) => BigInt(position)).buffer,
      ),
    );
    const end = graph.node("Unsqueeze", [this.sizeOf(inputIds, 1), graph.constant("int64", [0])]);
    const positionIds = graph.node("Slice", [
      everyPosition,
      graph.constant("int64", [0]),
      end,
      graph.constant("int64", [1]),
      graph.constant("int64", [1]),
    ]);
    const positions = graph.node("Gather", [this.table(shape.positions), positionIds]);
    return this.layerNorm(graph.node("Add", [graph.node("Add", [words, types]), positions]));
  }

  /** 0 where a token counts and the least float32 where it is padding, batch x 1 x 1 x sequence. */
  maskBias(attentionMask: ValueName): ValueName {
    const { graph } = this;
    const heads = graph.node("Unsqueeze", [attentionMask, graph.constant("int64", [1])]);
    const rows = graph.node("Unsqueeze", [heads, graph.constant("int64", [2])]);
    const mask = graph.node("Cast", [rows], { attributes: { to: int(tensorTypeCodes.float32) } });
    const padding = graph.node("Sub", [graph.constant("float32", [1], []), mask]);
    return graph.node("Mul", [padding, graph.constant("float32", [-3.4028234663852886e38], [])]);
  }

  /** The attention of one layer, its projection and the residual, before the norm. */
  selfAttention(hidden: ValueName, bias: ValueName): ValueName {
    const { graph, shape } = this;
    const width = shape.hidden / shape.heads;
    const scalar = (value: number): ValueName => graph.constant("float32", [value], []);
    let query = this.heads(hidden, [0, 2, 1, 3]);
    let key = this.heads(hidden, [0, 2, 3, 1]);
    const { offsets, contextScales } = this.outliers;
    const value = this.heads(hidden, [0, 2, 1, 3], contextScales);
    if (shape.attention === "sdpa") {
      query = graph.node("Mul", [query, scalar(width ** -0.25)]);
      key = graph.node("Mul", [key, scalar(width ** -0.25)]);
    }
    let scores = graph.node("MatMul", [query, key]);
    if (shape.attention === "eager") scores = graph.node("Div", [scores, scalar(Math.sqrt(width))]);
    const probabilities = graph.node("Softmax", [graph.node("Add", [scores, bias])], {
      attributes: { axis: int(-1) },
    });
    const context = graph.node("Transpose", [graph.node("MatMul", [probabilities, value])], {
      attributes: { perm: ints(0, 2, 1, 3) },
    });
    const joined = graph.node("Reshape", [context, this.sizes(context, [shape.hidden])]);
    return graph.node("Add", [
      this.dense(joined, shape.hidden, shape.hidden, { inputScales: contextScales, outputOffsets: offsets }),
      hidden,
    ]);
  }

  /** The two dense layers with GELU between them and the residual, before the norm. */
  feedForward(hidden: ValueName): ValueName {
    const { graph, shape } = this;
    const { offsets, intermediateScales } = this.outliers;
    const wide = this.dense(hidden, shape.hidden, shape.intermediate, {
      inputOffsets: offsets,
      outputScales: intermediateScales,
    });
    const scalar = (value: number): ValueName => graph.constant("float32", [value], []);
    const error = graph.node("Erf", [graph.node("Div", [wide, scalar(Math.SQRT2)])]);
    const doubled = graph.node("Mul", [wide, graph.node("Add", [error, scalar(1)])]);
    const activated = graph.node("Mul", [doubled, scalar(0.5)]);
    return graph.node("Add", [
      this.dense(activated, shape.intermediate, shape.hidden, {
        inputScales: intermediateScales,
        outputOffsets: offsets,
      }),
      hidden,
    ]);
  }

  layerNorm(value: ValueName, hasOutliers = true): ValueName {
    const { graph, shape } = this;
    const scale = this.tensor([shape.hidden], this.weights.normal(shape.hidden, 1, 0.1));
    const shifts = this.weights.normal(shape.hidden, 0, 0.05);
    const { offsets } = this.outliers;
    if (hasOutliers && offsets !== undefined) {
      shifts.forEach((shift, channel) => (shifts[channel] = shift + (offsets[channel] as number)));
    }
    const bias = this.tensor([shape.hidden], shifts);
    const epsilon = 1e-12;
    if (shape.layerNorm === "operator") {
      return graph.node("LayerNormalization", [value, scale, bias], {
        attributes: { axis: int(-1), epsilon: float(epsilon) },
      });
    }
    const mean = (of: ValueName): ValueName =>
      graph.node("ReduceMean", [of], { attributes: { axes: ints(-1), keepdims: int(1) } });
    const scalar = (number: number): ValueName => graph.constant("float32", [number], []);
    const centred = graph.node("Sub", [value, mean(value)]);
    const variance = mean(graph.node("Pow", [centred, scalar(2)]));
    const deviation = graph.node("Sqrt", [graph.node("Add", [variance, scalar(epsilon)])]);
    return graph.node("Add", [graph.node("Mul", [graph.node("Div", [centred, deviation]), scale]), bias]);
  }

  /** batch x sequence x hidden to batch x heads x sequence x width, in the order of `permutation`. */
  private heads(hidden: ValueName, permutation: readonly number[], outputScales?: Float32Array): ValueName {
    const { graph, shape } = this;
    const projected = this.dense(hidden, shape.hidden, shape.hidden, {
      inputOffsets: this.outliers.offsets,
      outputScales,
    });
    const split = this.sizes(hidden, [shape.heads, shape.hidden / shape.heads]);
    return graph.node("Transpose", [graph.node("Reshape", [projected, split])], {
      attributes: { perm: ints(...permutation) },
    });
  }

  private dense(value: ValueName, columns: number, outputs: number, planted: Planted): ValueName {
    const { graph } = this;
    // Wide enough that attention prefers some tokens and GELU leaves its linear part.
    const weights = this.weights.normal(columns * outputs, 0, 1 / Math.sqrt(columns));
    const shifts = this.weights.normal(outputs, 0, 0.05);
    plant(weights, shifts, planted);
    const weight = this.tensor([columns, outputs], weights);
    const bias = this.tensor([outputs], shifts);
    return graph.node("Add", [bias, graph.node("MatMul", [value, weight])]);
  }

  private table(rows: number): ValueName {
    const { hidden } = this.shape;
    return this.tensor([rows, hidden], this.weights.normal(rows * hidden, 0, 0.05));
  }

  private tensor(shape: readonly number[], elements: Float32Array): ValueName {
    return this.graph.initializer("float32", shape, new Uint8Array(elements.buffer as ArrayBuffer));
  }

  private sizeOf(value: ValueName, dimension: number): ValueName {
    const { graph } = this;
    return graph.node("Gather", [graph.node("Shape", [value]), graph.constant("int64", [dimension], [])]);
  }

  /** The first dimension, the one that counts tokens, and the given ones: what PyTorch's view() becomes. */
  private sizes(value: ValueName, rest: readonly number[]): ValueName {
    const { graph } = this;
    const dynamic = [0, 1].map((dimension) =>
      graph.node("Unsqueeze", [this.sizeOf(value, dimension), graph.constant("int64", [0])]),
    );
    const fixed = rest.map((size) => graph.constant("int64", [size]));
    return graph.node("Concat", [...dynamic, ...fixed], { attributes: { axis: int(0) } });
  }
}
