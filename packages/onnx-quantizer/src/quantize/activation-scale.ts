/** How the activations of a value become bytes: code = round(x / scale) + zeroPoint, cut off at the type's ends. */
export interface ActivationScale {
  scale: number;
  zeroPoint: number;
  type: ActivationType;
}

export type ActivationType = "uint8" | "int8";

export interface ActivationScaleOptions {
  /** Codes from 0 to 255, or from -128 to 127. Default: "uint8", which x86 multiplies with signed weights. */
  activationType?: ActivationType;
  /**
   * Whether the range is widened to reach as far below 0 as above, so that the zero point is that of the type, 128 or 0, for
   * every value; up to half of the codes are then never used. Default: false.
   */
  symmetricActivations?: boolean;
}

/** Least and greatest code. */
export const codesOf: Readonly<Record<ActivationType, readonly [least: number, greatest: number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
};

/** The scale of a range, which is widened to hold 0, so that 0 is exact. */
export function scaleOfRange(
  minimum: number,
  maximum: number,
  { activationType: type = "uint8", symmetricActivations = false }: ActivationScaleOptions = {},
): ActivationScale {
  const low = Math.min(minimum, 0);
  const high = Math.max(maximum, 0);
  const [least, greatest] = codesOf[type];
  if (symmetricActivations) {
    // 127 steps on either side: the code below them has no counterpart above.
    return { scale: Math.fround(Math.max(-low, high) / 127) || 1, zeroPoint: greatest - 127, type };
  }
  const scale = Math.fround((high - low) / 255) || 1;
  const steps = Math.max(0, Math.min(255, Math.round(-low / scale)));
  return { scale, zeroPoint: least + steps, type };
}
