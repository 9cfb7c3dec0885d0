const { fround } = Math;

/**
 * The float32 sum of `a[left + i] * a[right + i]` as WebAssembly adds it: eight partial sums (elements i with equal i
 * modulo 8), added as ((0+4)+(2+6)) + ((1+5)+(3+7)).
 */
export function sumOfProducts(a: Float32Array, left: number, right: number, length: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let sum4 = 0;
  let sum5 = 0;
  let sum6 = 0;
  let sum7 = 0;
  for (const end = left + length; left < end; left += 8, right += 8) {
    sum0 = fround(sum0 + fround((a[left] as number) * (a[right] as number)));
    sum1 = fround(sum1 + fround((a[left + 1] as number) * (a[right + 1] as number)));
    sum2 = fround(sum2 + fround((a[left + 2] as number) * (a[right + 2] as number)));
    sum3 = fround(sum3 + fround((a[left + 3] as number) * (a[right + 3] as number)));
    sum4 = fround(sum4 + fround((a[left + 4] as number) * (a[right + 4] as number)));
    sum5 = fround(sum5 + fround((a[left + 5] as number) * (a[right + 5] as number)));
    sum6 = fround(sum6 + fround((a[left + 6] as number) * (a[right + 6] as number)));
    sum7 = fround(sum7 + fround((a[left + 7] as number) * (a[right + 7] as number)));
  }
  const even = fround(fround(sum0 + sum4) + fround(sum2 + sum6));
  const odd = fround(fround(sum1 + sum5) + fround(sum3 + sum7));
  return fround(even + odd);
}
