/** Is a weight of `weights[first]` to `weights[end - 1]` not 1? `weights` may be 0: then none is. */
export function hasOtherWeights(weights: usize, first: usize, end: usize): bool {
  if (weights === 0) return false;
  for (let index = first; index < end; index++) if (load<f32>(weights + (index << 2)) !== 1) return true;
  return false;
}

export function sumOfWeights(weights: usize, first: usize, end: usize): f64 {
  let sum: f64 = 0;
  for (let index = first; index < end; index++) sum += <f64>load<f32>(weights + (index << 2));
  return sum;
}

/** The least power of two that no weight exceeds; weights are positive. */
export function boundOfWeights(weights: usize, first: usize, end: usize): f64 {
  let greatest: f64 = 0;
  for (let index = first; index < end; index++)
    greatest = max(greatest, <f64>load<f32>(weights + (index << 2)));
  let bound: f64 = 1;
  while (bound < greatest) bound *= 2;
  while (bound >= 2 * greatest) bound /= 2;
  return bound;
}
