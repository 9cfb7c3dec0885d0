/** What activations are cut to before they become bytes. */
export interface ActivationRange {
  minimum: number;
  maximum: number;
}
