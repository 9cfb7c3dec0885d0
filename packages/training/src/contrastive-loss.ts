import { InvalidArgumentError } from "@kokeshi/core";
import { matryoshkaLevels } from "@kokeshi/matryoshka";
import { float, GraphBuilder, int, tensorTypeCodes, writeModel, type ValueName } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";

export interface ContrastiveLossOptions {
  /** Matryoshka sizes, largest first; the first is the width of the vectors. */
  dimensions: readonly number[];
  /** How much each size counts. Default: 1 each. */
  weights?: readonly number[];
  /** Factor on the cosines before the softmax, up to 40. */
  scale: number;
  /** Also ask each positive for its anchor. Default: true. */
  symmetric?: boolean;
  /** Threads ONNX Runtime may use. */
  threads: number;
}

export interface LossAndGradient {
  /** Sum over the Matryoshka sizes of the mean loss of a pair, by their weights. */
  loss: number;
  /** d loss / d anchors, the shape of the anchors. */
  anchorGradient: Float32Array;
  positiveGradient: Float32Array;
  /** The shape of the negatives; empty without any. */
  negativeGradient: Float32Array;
}

/**
 * In-batch softmax loss with its gradient, symmetric by default.
 *
 * For n pairs (a_i, p_i) and S_ij = scale * cos(a_i, p_j) the loss is the mean of -log softmax(S_i.)_i (find the
 * positive of each anchor) and -log softmax(S_.i)_i (find the anchor of each positive): the InfoNCE loss of van den
 * Oord et al. 2018 in both directions, MultipleNegativesSymmetricRankingLoss in sentence-transformers. With `symmetric`
 * false it is the first of the two alone: MultipleNegativesRankingLoss. It is summed over the Matryoshka sizes (Kusupati et al. 2022), each of which sees the first components only, re-normalised.
 *
 * Explicit (hard) negatives n_k join every anchor's softmax as further columns, as in MultipleNegativesRankingLoss;
 * nobody asks for the anchor of a negative.
 *
 * Loss and gradient are one ONNX graph, so that the work is done by ONNX Runtime's matrix products: JavaScript would
 * take some fifty times as long.
 */
export class ContrastiveLoss {
  private constructor(
    private readonly plain: InferenceSession,
    private readonly withNegatives: InferenceSession,
    private readonly dimensions: number,
  ) {}

  static async create(options: ContrastiveLossOptions): Promise<ContrastiveLoss> {
    const [plain, withNegatives] = (await Promise.all(
      [false, true].map((negatives) =>
        InferenceSession.create(contrastiveLossGraph({ ...options, negatives }), {
          intraOpNumThreads: options.threads,
          // Idle threads that spin would fight with the JavaScript half of a training step.
          extra: { session: { intra_op: { allow_spinning: "0" } } },
        }),
      ),
    )) as [InferenceSession, InferenceSession];
    return new ContrastiveLoss(plain, withNegatives, options.dimensions[0] as number);
  }

  /**
   * `anchors` and `positives`: one vector a row, of any length; row i of both is a pair. `negatives`: as many rows as
   * you like, none by default.
   */
  async run(
    anchors: Float32Array,
    positives: Float32Array,
    negatives: Float32Array = new Float32Array(0),
  ): Promise<LossAndGradient> {
    const tensor = (vectors: Float32Array): Tensor =>
      new Tensor("float32", vectors, [vectors.length / this.dimensions, this.dimensions]);
    const feeds = { anchors: tensor(anchors), positives: tensor(positives) };
    const outputs =
      negatives.length === 0
        ? await this.plain.run(feeds)
        : await this.withNegatives.run({ ...feeds, negatives: tensor(negatives) });
    return {
      loss: (outputs["loss"] as Tensor).data[0] as number,
      anchorGradient: (outputs["anchorGradient"] as Tensor).data as Float32Array,
      positiveGradient: (outputs["positiveGradient"] as Tensor).data as Float32Array,
      negativeGradient:
        (outputs["negativeGradient"]?.data as Float32Array | undefined) ?? new Float32Array(0),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.plain.release(), this.withNegatives.release()]);
  }
}

/**
 * The bytes of the ONNX graph: inputs `anchors` and `positives`, and `negatives` where there are any; outputs `loss` and
 * the gradient of each input.
 */
export function contrastiveLossGraph({
  dimensions,
  weights,
  scale,
  symmetric = true,
  negatives = false,
}: Omit<ContrastiveLossOptions, "threads"> & { negatives?: boolean }): Uint8Array {
  const levels = matryoshkaLevels(dimensions, weights);
  if (!(scale > 0 && scale <= 40)) {
    throw new InvalidArgumentError({
      part: "training",
      problem: `scale is ${scale}`,
      // exp(scale) times a batch must stay within float32, exp(-scale) above its denormals.
      remedy: "use a number above 0 and up to 40",
    });
  }
  const width = dimensions[0] as number;
  const graph = new GraphBuilder("contrastive-loss");
  const apply = (operator: string, ...inputs: ValueName[]): ValueName => graph.node(operator, inputs);
  const matrixProduct = (a: ValueName, b: ValueName, attributes = {}): ValueName =>
    graph.node("FusedMatMul", [a, b], { domain: "com.microsoft", attributes });
  const number = (value: number): ValueName => graph.constant("float32", [value], []);
  const list = (...values: number[]): ValueName => graph.constant("int64", values);
  const overRow = list(1);
  const overColumn = list(0);
  /** Keeps vectors of zeros (texts without a token) from dividing by zero. */
  const epsilon = number(1e-12);

  const rowsOf = (matrix: ValueName): ValueName =>
    graph.node("Shape", [matrix], { attributes: { start: int(0), end: int(1) } });

  const anchors = graph.input("anchors", "float32", ["pairs", width]);
  const positives = graph.input("positives", "float32", ["pairs", width]);
  const explicit = negatives ? graph.input("negatives", "float32", ["negatives", width]) : undefined;
  const pairs = rowsOf(anchors);
  const pairCount = graph.node("Cast", [pairs], { attributes: { to: int(tensorTypeCodes.float32) } });
  /** 1 for the columns of positives, 0 for those of negatives. */
  const askedColumns =
    explicit &&
    graph.node("Concat", [apply("Expand", number(1), pairs), apply("Expand", number(0), rowsOf(explicit))], {
      attributes: { axis: int(0) },
    });

  function normalized(vectors: ValueName, size: number): { unit: ValueName; length: ValueName } {
    const slice = size === width ? vectors : apply("Slice", vectors, list(0), list(size), list(1));
    const length = apply("Sqrt", apply("Add", apply("ReduceSumSquare", slice, overRow), epsilon));
    return { unit: apply("Div", slice, length), length };
  }

  /** From the gradient with respect to u = x / |x| to that with respect to x, zeros on the components beyond. */
  function throughNormalization(
    unitGradient: ValueName,
    { unit, length }: { unit: ValueName; length: ValueName },
    size: number,
  ): ValueName {
    const along = apply("Mul", unit, apply("ReduceSum", apply("Mul", unit, unitGradient), overRow));
    const gradient = apply("Div", apply("Sub", unitGradient, along), length);
    return size === width ? gradient : apply("Pad", gradient, list(0, 0, 0, width - size));
  }

  const losses: ValueName[] = [];
  const anchorGradients: ValueName[] = [];
  const positiveGradients: ValueName[] = [];
  const negativeGradients: ValueName[] = [];
  for (const { dimensions: size, weight } of levels) {
    /** The share of each direction in the mean. */
    const share = symmetric ? 0.5 : 1;
    const gradientScale = apply("Div", number(weight * scale * share), pairCount);
    const a = normalized(anchors, size);
    const p = normalized(positives, size);
    const n = explicit && normalized(explicit, size);
    const candidates = n ? graph.node("Concat", [p.unit, n.unit], { attributes: { axis: int(0) } }) : p.unit;
    // Cosines are at most 1, so exp needs no shift by the maximum, and one exp serves both softmaxes.
    const exponentials = apply(
      "Exp",
      matrixProduct(a.unit, candidates, { transB: int(1), alpha: float(scale) }),
    );
    const rowSums = apply("ReduceSum", exponentials, overRow);
    const ofPairs = apply("ReduceSum", apply("Mul", a.unit, p.unit), overRow);
    let logarithms = mean(apply("Log", rowSums));
    let divisors = apply("Reciprocal", rowSums);
    if (symmetric) {
      const columnSums = apply("ReduceSum", exponentials, overColumn);
      const askedSums = askedColumns ? apply("Slice", columnSums, list(0), pairs, list(1)) : columnSums;
      const ofColumns = askedColumns
        ? apply("Div", askedColumns, columnSums)
        : apply("Reciprocal", columnSums);
      logarithms = apply("Add", logarithms, mean(apply("Log", askedSums)));
      divisors = apply("Add", divisors, ofColumns);
    }
    losses.push(
      apply(
        "Sub",
        apply("Mul", number(weight * share), logarithms),
        apply("Mul", number(weight * scale), mean(ofPairs)),
      ),
    );
    // d loss / d S = (softmax over the row + softmax over the column - 2 on the diagonal) / 2n, or, of rows alone,
    // (softmax over the row - 1 on the diagonal) / n
    const softmaxes = apply("Mul", exponentials, divisors);
    const backwards = (product: ValueName, partner: ValueName): ValueName =>
      apply(
        "Mul",
        gradientScale,
        apply("Sub", product, symmetric ? apply("Add", partner, partner) : partner),
      );
    const anchorSide = backwards(matrixProduct(softmaxes, candidates), p.unit);
    const candidateProduct = matrixProduct(softmaxes, a.unit, { transA: int(1) });
    const positiveProduct = n ? apply("Slice", candidateProduct, list(0), pairs, list(0)) : candidateProduct;
    anchorGradients.push(throughNormalization(anchorSide, a, size));
    positiveGradients.push(throughNormalization(backwards(positiveProduct, a.unit), p, size));
    if (n) {
      const negativeProduct = apply("Slice", candidateProduct, pairs, list(Number.MAX_SAFE_INTEGER), list(0));
      negativeGradients.push(throughNormalization(apply("Mul", gradientScale, negativeProduct), n, size));
    }
  }

  function mean(values: ValueName): ValueName {
    return graph.node("ReduceMean", [values], { attributes: { keepdims: int(0) } });
  }

  graph.output("loss", apply("Sum", ...losses), "float32", []);
  graph.output("anchorGradient", apply("Sum", ...anchorGradients), "float32", ["pairs", width]);
  graph.output("positiveGradient", apply("Sum", ...positiveGradients), "float32", ["pairs", width]);
  if (explicit)
    graph.output("negativeGradient", apply("Sum", ...negativeGradients), "float32", ["negatives", width]);
  return writeModel(graph.model({ "": 21, "com.microsoft": 1 }));
}
