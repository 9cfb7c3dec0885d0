import { Crew } from "./crew.js";
import { EncodingJob } from "./encoding-job.js";
import type { EncoderPlan } from "../encoder/encoder-plan.js";
import type { Layout } from "./layout.js";

/** A batch of the size that calls have; the time of a batch hardly depends on what its tokens are. */
const probeRows = 4;
const probeTokens = 64;
/** Batches a worker and a measurement. */
const probesEach = 3;
/** A layout replaces the one before it only if it is so much faster: less is noise, and costs memory. */
const leastGain = 1.05;

/** What was found fastest in this process, by graph and choice. */
const measured = new Map<string, Layout>();

/**
 * The crew whose layout encodes most tokens a second: `current`, or a new one, in which case `current` is closed. Takes
 * the time to open the graphs, and about six batches for each layout; measured once in a process.
 *
 * @param layouts the first is that of `current`
 */
export async function fastestCrew(
  plan: EncoderPlan,
  current: Crew,
  layouts: readonly Layout[],
  key: string,
): Promise<Crew> {
  const known = measured.get(key);
  if (known !== undefined) {
    if (known === current.layout) return current;
    return replace(current, await Crew.open(plan, known));
  }
  let best = current;
  let bestRate = await rate(current);
  for (const layout of layouts.slice(1)) {
    const crew = await Crew.open(plan, layout);
    const crewRate = await rate(crew);
    if (crewRate > bestRate * leastGain) {
      await replace(best, crew);
      best = crew;
      bestRate = crewRate;
    } else {
      await crew.close(undefined);
    }
  }
  measured.set(key, best.layout);
  return best;
}

async function replace(old: Crew, crew: Crew): Promise<Crew> {
  await old.close(undefined);
  return crew;
}

/** Batches a millisecond. */
async function rate(crew: Crew): Promise<number> {
  await crew.openAll();
  const { workers } = crew.layout;
  // The first run of a thread finds its memory and its caches empty.
  await probe(crew, workers);
  const start = performance.now();
  await probe(crew, workers * probesEach);
  return (workers * probesEach) / (performance.now() - start);
}

async function probe(crew: Crew, batches: number): Promise<void> {
  const rows = Array.from({ length: batches }, (_, batch) =>
    Uint32Array.from({ length: probeRows }, (_, row) => batch * probeRows + row),
  );
  const texts = batches * probeRows;
  const tokens = {
    ids: new Int32Array(texts * probeTokens).fill(crew.padId),
    offsets: Uint32Array.from({ length: texts + 1 }, (_, text) => text * probeTokens),
  };
  const output = new Float32Array(texts * crew.dimensions);
  await crew.encode(new EncodingJob(tokens, rows, crew.dimensions, output, 0));
}
