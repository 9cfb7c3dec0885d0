import { UsageError } from "../usage-error.js";

/**
 * The fields of an object of a configuration file, each asked for by name and kind. Every error says where in the file
 * it is, and `finish` refuses fields that nobody asked for.
 */
export class ConfigFields {
  private readonly asked = new Set<string>();

  private constructor(
    private readonly fields: Readonly<Record<string, unknown>>,
    /** The file, and where in it this object is: `train.json: sources[0]`. */
    readonly where: string,
    private readonly separator: string,
  ) {}

  /** The object of a whole file. Throws UsageError for text that is not a JSON object, with the line at fault. */
  static parse(text: string, file: string): ConfigFields {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new UsageError(
        `${file}${lineOf(text, cause as Error)} is not JSON (${(cause as Error).message})`,
        "mend it there",
      );
    }
    if (!isObject(value)) throw new UsageError(`${file} is not an object`, "write {…}");
    return new ConfigFields(value, file, ": ");
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined;
  }

  text(name: string): string | undefined {
    return this.read(name, "a text that is not empty", (value) => typeof value === "string" && value !== "");
  }

  flag(name: string): boolean | undefined {
    return this.read(name, "true or false", (value) => typeof value === "boolean");
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    return this.read(name, choices.map((choice) => `"${choice}"`).join(" or "), (value) =>
      choices.includes(value as Choice),
    );
  }

  /** A number above 0. */
  positive(name: string): number | undefined {
    return this.read(name, "a number above 0", isPositive);
  }

  /** A number from 0 up to, not including, 1. */
  share(name: string): number | undefined {
    return this.read(name, "a number from 0 up to, not including, 1", (value) => {
      return typeof value === "number" && value >= 0 && value < 1;
    });
  }

  /** A number above 0, up to 1. */
  portion(name: string): number | undefined {
    return this.read(
      name,
      "a number above 0, up to 1",
      (value) => isPositive(value) && (value as number) <= 1,
    );
  }

  /** A whole number of at least `least`. */
  whole(name: string, least = 1): number | undefined {
    return this.read(name, `a whole number of at least ${least}`, (value) => isWhole(value, least));
  }

  wholes(name: string): number[] | undefined {
    return this.read(name, "a list of whole numbers of at least 1", (value) => {
      return Array.isArray(value) && value.length > 0 && value.every((item) => isWhole(item, 1));
    });
  }

  positives(name: string): number[] | undefined {
    return this.read(name, "a list of numbers above 0", (value) => {
      return Array.isArray(value) && value.length > 0 && value.every(isPositive);
    });
  }

  object(name: string): ConfigFields | undefined {
    const value = this.read<Record<string, unknown>>(name, "an object", isObject);
    return value && new ConfigFields(value, this.place(name), ".");
  }

  objects(name: string): ConfigFields[] {
    const values = this.read<Record<string, unknown>[]>(name, "a list of objects", (value) => {
      return Array.isArray(value) && value.length > 0 && value.every(isObject);
    });
    if (values === undefined)
      throw new UsageError(`${this.place(name)} is missing`, "write a list of objects");
    return values.map((value, index) => new ConfigFields(value, `${this.place(name)}[${index}]`, "."));
  }

  fault(problem: string, remedy: string): UsageError {
    return new UsageError(`${this.where} ${problem}`, remedy);
  }

  /** Throws UsageError for a field that was not asked for. */
  finish(): void {
    for (const name of Object.keys(this.fields)) {
      if (this.asked.has(name)) continue;
      throw new UsageError(
        `${this.place(name)} is not known here`,
        `use ${[...this.asked].sort().join(", ")}`,
      );
    }
  }

  private read<Value>(name: string, kind: string, isRight: (value: unknown) => boolean): Value | undefined {
    this.asked.add(name);
    const value = this.fields[name];
    if (value === undefined) return undefined;
    if (!isRight(value))
      throw new UsageError(`${this.place(name)} is ${JSON.stringify(value)}`, `use ${kind}`);
    return value as Value;
  }

  private place(name: string): string {
    return `${this.where}${this.separator}${name}`;
  }
}

/** ", line 3", where the message of JSON.parse says so or gives a position. */
function lineOf(text: string, { message }: Error): string {
  const line = /line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return `, line ${line}`;
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? "" : `, line ${text.slice(0, Number(position)).split("\n").length}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}
