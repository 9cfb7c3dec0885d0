/** The name under which this package signs its errors. */
export const part = "hub";
