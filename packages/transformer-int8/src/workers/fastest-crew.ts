import type { EncoderPlan } from "../encoder/encoder-plan.js";
import { Crew } from "./crew.js";
import { EncodingJob } from "./encoding-job.js";
import type { Layout } from "./layout.js";

/** A batch of the size that calls have; which tokens are in it hardly matters to its time. */
const probeRows = 4;
const probeTokens = 64;
/** Batches a worker in a measurement. */
const probesEach = 3;
/** A layout replaces another only if it is so much faster: less may be noise, and workers take memory. */
const leastGain = 1.05;

/** What was found fastest in this process, by graph and by what there was to choose from. */
const measured = new Map<string, Layout>();

/**
 * The crew whose layout encodes most tokens a second: `current`, or a new one, in which case `current` is closed. Takes
 * the time to open the graphs and of four batches for each layout; a layout is measured once in a process.
 *
 * @param layouts the first is that of `current`, which is idle
 */
export async function fastestCrew(
  plan: EncoderPlan,
  current: Crew,
  layouts: readonly Layout[],
): Promise<Crew> {
  const { path, precision } = plan.graph;
  const key = JSON.stringify([plan.modelId, path, precision, layouts]);
  const known = measured.get(key);
  if (known !== undefined) {
    if (known.workers === current.layout.workers) return current;
    const crew = await openIfPossible(plan, known);
    if (crew === undefined) return current;
    await current.close(undefined);
    return crew;
  }
  let best = current;
  let bestRate = await rateOf(current, plan);
  for (const layout of layouts.slice(1)) {
    const crew = await openIfPossible(plan, layout);
    if (crew === undefined) continue;
    const rate = await rateOf(crew, plan);
    const isFaster = rate > bestRate * leastGain;
    await (isFaster ? best : crew).close(undefined);
    if (!isFaster) continue;
    best = crew;
    bestRate = rate;
  }
  measured.set(key, best.layout);
  return best;
}

/** `undefined` where there is no memory for it, most likely: the model goes on as it is. */
async function openIfPossible(plan: EncoderPlan, layout: Layout): Promise<Crew | undefined> {
  try {
    return await Crew.open(plan, layout);
  } catch {
    return undefined;
  }
}

/** Batches a millisecond; 0 where not all of the crew could open its graph. */
async function rateOf(crew: Crew, plan: EncoderPlan): Promise<number> {
  const { workers } = crew.layout;
  try {
    await crew.openAll();
    // The first run of a thread finds its memory and its caches empty.
    await probe(crew, plan, workers);
    const start = performance.now();
    await probe(crew, plan, workers * probesEach);
    return (workers * probesEach) / (performance.now() - start);
  } catch {
    return 0;
  }
}

async function probe(crew: Crew, { padId }: EncoderPlan, batches: number): Promise<void> {
  const rows = Array.from({ length: batches }, (_, batch) =>
    Uint32Array.from({ length: probeRows }, (_, row) => batch * probeRows + row),
  );
  const texts = batches * probeRows;
  const tokens = {
    ids: new Int32Array(texts * probeTokens).fill(padId),
    offsets: Uint32Array.from({ length: texts + 1 }, (_, text) => text * probeTokens),
  };
  const output = new Float32Array(texts * crew.dimensions);
  await crew.encode(new EncodingJob(tokens, rows, crew.dimensions, output, 0));
}
