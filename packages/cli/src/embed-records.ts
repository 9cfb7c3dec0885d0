import { embed, type EmbeddedBatch, type EmbeddingModel, InvalidFileError } from "@kokeshi/core";
import type { CommandContext } from "./command-context.js";
import type { TextRecord } from "./input/text-record.js";
import { UsageError } from "./usage-error.js";

export interface EmbedRecordsOptions {
  inputType?: string;
  dimensions?: number;
  batchSize?: number;
  /** What `line` of a record counts, for messages. Default: "line". */
  place?: string;
  /** Part of the input that was read so far. */
  fractionRead?: () => number | undefined;
}

/**
 * The vectors of a stream of texts, which come in lists of any lengths, batch by batch, with progress. Warns at the end
 * about texts that were cut to the model's limit. Throws InvalidFileError where the model gives NaN or infinity.
 */
export async function* embedRecords(
  model: EmbeddingModel,
  records: Iterable<readonly TextRecord[]> | AsyncIterable<readonly TextRecord[]>,
  {
    inputType,
    dimensions,
    batchSize = model.batchSize ?? 256,
    place = "line",
    fractionRead,
  }: EmbedRecordsOptions,
  { reporter, signal }: Pick<CommandContext, "reporter" | "signal">,
): AsyncGenerator<EmbeddedBatch<TextRecord>, void, undefined> {
  requireDimensions(model, dimensions);
  requireInputType(model, inputType);
  const cut = new CutTexts(place);
  let start = 0;
  // Not embedStream: waiting for each text by itself would take as long as the vectors of short texts.
  for await (const items of inBatches(records, batchSize)) {
    const texts = items.map((record) => record.text);
    const result = await embed(model, texts, { inputType, dimensions, batchSize, signal });
    const batch = { ...result, items, start };
    requireFinite(model, batch, place);
    for (const index of batch.truncated) cut.add((items[index] as TextRecord).line);
    start += items.length;
    reporter.progress({ done: start, unit: "texts", fraction: fractionRead?.() });
    yield batch;
  }
  signal.throwIfAborted();
  reporter.endProgress();
  if (cut.count > 0) reporter.warning(cut.message(model.maxTokens));
}

/** The same items in lists of `size`, but for the last. */
async function* inBatches<Item>(
  lists: Iterable<readonly Item[]> | AsyncIterable<readonly Item[]>,
  size: number,
): AsyncGenerator<Item[], void, undefined> {
  let waiting: Item[] = [];
  for await (const list of lists) {
    let taken = 0;
    while (waiting.length + list.length - taken >= size) {
      const end = taken + size - waiting.length;
      yield waiting.concat(list.slice(taken, end));
      waiting = [];
      taken = end;
    }
    waiting = waiting.concat(list.slice(taken));
  }
  if (waiting.length > 0) yield waiting;
}

/** The texts that were longer than the model takes: how many, and where the first were. */
class CutTexts {
  count = 0;
  private readonly firstLines: number[] = [];

  constructor(private readonly place: string) {}

  add(line: number): void {
    this.count++;
    if (this.firstLines.length < 10) this.firstLines.push(line);
  }

  message(maxTokens: number | undefined): string {
    const more = this.count - this.firstLines.length;
    const places = `${this.place} ${this.firstLines.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
    return `cut to the model's ${maxTokens} tokens: ${places}`;
  }
}

function requireDimensions(model: EmbeddingModel, dimensions: number | undefined): void {
  if (dimensions === undefined || dimensions <= model.dimensions) return;
  throw new UsageError(
    `--dimensions is ${dimensions}, but ${model.modelId} gives ${model.dimensions}`,
    `use a whole number from 1 to ${model.dimensions}`,
  );
}

function requireInputType(model: EmbeddingModel, inputType: string | undefined): void {
  const known = new Set(["query", "document", ...Object.keys(model.prompts)]);
  if (inputType === undefined || known.has(inputType)) return;
  throw new UsageError(
    `--input-type is "${inputType}", for which ${model.modelId} has no prompt`,
    `use one of ${[...known].join(", ")}`,
  );
}

/** Neither JSON nor codes have a form for NaN and infinity. */
function requireFinite(
  model: EmbeddingModel,
  { embeddings, items }: EmbeddedBatch<TextRecord>,
  place: string,
): void {
  const wrong = embeddings.findNonFinite();
  if (wrong === undefined) return;
  throw new InvalidFileError({
    part: "cli",
    problem: `${model.modelId} gives ${wrong.value} for the text of ${place} ${items[wrong.row]?.line}`,
    remedy: "check the weights of the model",
  });
}
