/** How the activations of a value become unsigned bytes: code = round(x / scale) + zeroPoint. */
export interface ActivationScale {
  scale: number;
  zeroPoint: number;
}

/** The scale of a range, which is widened to hold 0, so that 0 is exact. */
export function scaleOfRange(minimum: number, maximum: number): ActivationScale {
  const low = Math.min(minimum, 0);
  const high = Math.max(maximum, 0);
  const scale = Math.fround((high - low) / 255) || 1;
  return { scale, zeroPoint: Math.max(0, Math.min(255, Math.round(-low / scale))) };
}
