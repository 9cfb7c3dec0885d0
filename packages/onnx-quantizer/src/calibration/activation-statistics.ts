import { InvalidArgumentError } from "@kokeshi/core";
import { part } from "../part.js";
import type { LayerDescription } from "../quantize/dense-layers.js";
import type { ActivationRange } from "./ranges/activation-range.js";
import { rangeOf, type RangeOptions } from "./ranges/range-of.js";
import { encodeStatistics, type StatisticsFile } from "./statistics-file.js";
import type { ValueStatistics } from "./value-statistics.js";

/**
 * What the dense layers of a model take as inputs, over calibration texts: collected once (`collectStatistics`), it gives
 * the ranges of every method. Goes by the names of layers, so it holds for the exported model and for its optimized copy
 * alike. `JSON.stringify` writes it down, `parseStatistics` reads that.
 */
export class ActivationStatistics {
  /** Batches, texts and tokens that were counted, padding left out. */
  batches = 0;
  texts = 0;
  tokens = 0;
  /** One for each value that dense layers take; query, key and value share theirs. */
  values: readonly ValueStatistics[] = [];

  /** What a layer takes. Throws InvalidArgumentError for a layer that was not there when they were collected. */
  of(layer: string): ValueStatistics {
    const value = this.values.find((candidate) => candidate.layers.includes(layer));
    if (value !== undefined) return value;
    throw new InvalidArgumentError({
      part,
      problem: `the statistics know nothing of the dense layer ${layer}`,
      remedy: "collect them on the model that is quantized",
    });
  }

  /** Throws InvalidArgumentError unless they have texts, and every layer with as many inputs. */
  check(layers: readonly LayerDescription[]): void {
    if (this.texts === 0) {
      throw new InvalidArgumentError({
        part,
        problem: "there are no texts to calibrate on",
        remedy: "pass at least one batch; a few hundred texts of the kind to come give good scales",
      });
    }
    for (const { name, inputs } of layers) {
      const { channels } = this.of(name);
      if (channels === inputs) continue;
      throw new InvalidArgumentError({
        part,
        problem: `the statistics have ${channels} columns for the inputs of ${name}, which takes ${inputs}`,
        remedy: "collect them on the model that is quantized",
      });
    }
  }

  toJSON(): StatisticsFile {
    return encodeStatistics(this);
  }
}

/** The range of every layer's activations, by the layer's name. */
export function layerRanges(
  statistics: ActivationStatistics,
  options: RangeOptions = {},
): Map<string, ActivationRange> {
  return new Map(
    statistics.values.flatMap((value) => {
      const range = rangeOf(value.distribution(), options);
      return value.layers.map((layer) => [layer, range] as const);
    }),
  );
}
