/**
 * How far a vector is from its target. Puts d loss / d vector in the place of the vector, divided by `count`, so that the
 * gradients of a batch of `count` texts are those of their mean loss.
 */
export type VectorLoss = (vector: Float32Array, target: Float32Array, count: number) => number;

/** Mean of the squared differences of the components. */
export const squaredDistance: VectorLoss = (vector, target, count) => {
  const { length } = vector;
  let sum = 0;
  for (let k = 0; k < length; k++) {
    const difference = (vector[k] as number) - (target[k] as number);
    sum += difference * difference;
    vector[k] = (2 * difference) / (length * count);
  }
  return sum / length;
};

/**
 * 1 - cos(x, y), whose gradient in x is (cos(x, y) x/|x| - y/|y|) / |x|. Where either is all zeros, the loss is 1 and the
 * gradient 0.
 */
export const cosineDistance: VectorLoss = (vector, target, count) => {
  let dot = 0;
  let squares = 0;
  let targetSquares = 0;
  for (let k = 0; k < vector.length; k++) {
    const x = vector[k] as number;
    const y = target[k] as number;
    dot += x * y;
    squares += x * x;
    targetSquares += y * y;
  }
  if (squares === 0 || targetSquares === 0) {
    vector.fill(0);
    return 1;
  }
  const cosine = dot / Math.sqrt(squares * targetSquares);
  const alongVector = cosine / (squares * count);
  const alongTarget = 1 / (Math.sqrt(squares * targetSquares) * count);
  for (let k = 0; k < vector.length; k++) {
    vector[k] = alongVector * (vector[k] as number) - alongTarget * (target[k] as number);
  }
  return 1 - cosine;
};
