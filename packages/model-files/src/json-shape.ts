/**
 * Checks a value of foreign JSON and gives it a type. Throws ShapeError with the keys that lead to what is wrong.
 *
 * Schemas of a validation library would say the same and weigh more than all else here that a page loads.
 */
export type Shape<Value> = (json: unknown, path: readonly string[]) => Value;

export type Shaped<S> = S extends Shape<infer Value> ? Value : never;

export class ShapeError extends Error {
  constructor(
    path: readonly string[],
    /** "a string", … */
    readonly expected: string,
  ) {
    super(`${path.join(".") || "the file"} is not ${expected}`);
  }
}

function shapeOf<Value>(expected: string, matches: (json: unknown) => boolean): Shape<Value> {
  return (json, path) => {
    if (matches(json)) return json as Value;
    throw new ShapeError(path, expected);
  };
}

export const boolean = shapeOf<boolean>("true or false", (json) => typeof json === "boolean");
export const string = shapeOf<string>("a string", (json) => typeof json === "string");
export const number = shapeOf<number>("a number", (json) => typeof json === "number");
export const wholeNumber = shapeOf<number>(
  "a whole number of at least 0",
  (json) => Number.isSafeInteger(json) && (json as number) >= 0,
);
export const positiveInteger = shapeOf<number>(
  "a whole number of at least 1",
  (json) => Number.isSafeInteger(json) && (json as number) >= 1,
);

export function exactly<Value extends number | string>(value: Value): Shape<Value> {
  return shapeOf(JSON.stringify(value), (json) => json === value);
}

/** Python writes null for what is absent. */
export function optional<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return (json, path) => (json === undefined || json === null ? undefined : shape(json, path));
}

/** Whichever of two shapes the value has. The error is that of the second. */
export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (json, path) => {
    try {
      return first(json, path);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      return second(json, path);
    }
  };
}

/** A list of at least one. */
export function list<Value>(shape: Shape<Value>): Shape<Value[]> {
  return (json, path) => {
    if (!Array.isArray(json) || json.length === 0) throw new ShapeError(path, "a list of at least one");
    return json.map((item: unknown, index) => shape(item, [...path, `${index}`]));
  };
}

/** Values under any keys. */
export function record<Value>(shape: Shape<Value>): Shape<Record<string, Value>> {
  return (json, path) =>
    Object.fromEntries(
      Object.entries(fields(json, path)).map(([key, value]) => [key, shape(value, [...path, key])]),
    );
}

/** An object with at least these keys; only they are kept. */
export function object<Shapes extends Record<string, Shape<unknown>>>(
  shapes: Shapes,
): Shape<{ [Key in keyof Shapes]: Shaped<Shapes[Key]> }> {
  return (json, path) => {
    const found = fields(json, path);
    const entries = Object.entries(shapes).map(([key, shape]) => {
      const value = Object.hasOwn(found, key) ? found[key] : undefined;
      return [key, shape(value, [...path, key])];
    });
    return Object.fromEntries(entries);
  };
}

function fields(json: unknown, path: readonly string[]): Record<string, unknown> {
  if (typeof json === "object" && json !== null && !Array.isArray(json))
    return json as Record<string, unknown>;
  throw new ShapeError(path, "an object");
}
