import { invalidArgument } from "../errors.js";
import { requireCount } from "../vector-input.js";

/** What usearch is asked for at most: it takes memory for it without asking whether that makes sense. */
const most = { dimensions: 65_536, connectivity: 1024, expansionAdd: 1_000_000, expansionSearch: 1_000_000 };

export interface UsearchOptions {
  dimensions: number;
  /** Number format of the vectors in the graph. Default: "f32". */
  quantization?: "f32" | "f16" | "i8";
  /** Neighbours of a node of the graph. Default: 16. */
  connectivity?: number;
  /** Candidates while adding: more make a better graph, slower. Default: 128. */
  expansionAdd?: number;
  /** Candidates while searching: more find more of the true nearest, slower. Default: 128. */
  expansionSearch?: number;
}

export type UsearchSettings = Required<UsearchOptions>;

/** Checks what the user asks for, and nothing else stays. Throws InvalidArgumentError. */
export function settingsFromOptions(options: UsearchOptions): UsearchSettings {
  const { dimensions, quantization = "f32", connectivity = 16 } = options;
  const { expansionAdd = 128, expansionSearch = 128 } = options;
  for (const [name, value] of Object.entries({ dimensions, connectivity, expansionAdd, expansionSearch })) {
    requireCount(name, value);
    const bound = most[name as keyof typeof most];
    if (value > bound) throw invalidArgument(`${name} is ${value}`, `use a whole number up to ${bound}`);
  }
  if (!["f32", "f16", "i8"].includes(quantization)) {
    throw invalidArgument(`quantization is ${JSON.stringify(quantization)}`, "use f32, f16 or i8");
  }
  return { dimensions, quantization, connectivity, expansionAdd, expansionSearch };
}
