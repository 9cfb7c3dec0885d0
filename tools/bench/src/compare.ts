import { agreementOf, type Agreement } from "./agreement.js";
import { ContestantProcess } from "./contestant-process.js";
import { corpora, type CorpusName } from "./corpora.js";
import type { Measurement } from "./messages.js";
import type { QuietMachine } from "./quiet-machine.js";
import type { Section } from "./sections.js";
import { median, ratioOf } from "./statistics.js";

export interface ComparisonOptions {
  rounds: number;
  warmUpMilliseconds: number;
  /** Greatest share of `Section.bytesAPass` to use, for a quick look. */
  shareOfBytes: number;
  /** "processor" counts the work of a process instead of the time that passed: for a machine that does other work too. */
  clock: "wall" | "processor";
  dataFolder: string;
  quiet: QuietMachine;
  onProgress?: (what: string) => void;
}

/** Ours beside one peer, on one corpus. */
export interface ComparisonRow {
  group: Section["group"];
  section: string;
  corpus: CorpusName;
  /** Section and corpus, in words. */
  what: string;
  unit: Section["unit"];
  /** Medians of the rounds. */
  ours: number;
  peer: number;
  oursName: string;
  peerName: string;
  /** "fast" or "library", where ours has the choice. */
  oursPath: string | undefined;
  /** Median of the ratios of the rounds, with the least and the greatest of them. */
  ratio: number;
  leastRatio: number;
  greatestRatio: number;
  rounds: number;
  /** Measured, all rounds together. */
  texts: number;
  bytes: number;
  /** Processor time per time passed: above 1, more than one thread was at work. */
  oursCores: number;
  peerCores: number;
  agreement: Agreement;
}

/**
 * Runs the competitors of a section in turns (A B C, A B C, …): each meets every slice of texts once, and every text
 * is in one slice only.
 */
export async function compare(section: Section, options: ComparisonOptions): Promise<ComparisonRow[]> {
  const opened: { process: ContestantProcess; path: string | undefined }[] = [];
  try {
    for (const { name, source, environment } of section.competitors) {
      options.onProgress?.(`${section.title}: opening ${name}`);
      opened.push(await ContestantProcess.start(name, source, environment));
    }
    const processes = opened.map(({ process }) => process);
    const rows: ComparisonRow[] = [];
    for (const corpus of section.corpora) {
      options.onProgress?.(`${section.title}: ${corpora[corpus].label}`);
      const measurements = await measureInTurns(processes, section, corpus, options);
      rows.push(...compareWithFirst(section, corpus, measurements, options, opened[0]?.path));
    }
    return rows;
  } finally {
    await Promise.all(opened.map(({ process }) => process.close()));
  }
}

/** One list of rounds for each process. */
async function measureInTurns(
  processes: readonly ContestantProcess[],
  section: Section,
  corpus: CorpusName,
  { rounds, warmUpMilliseconds, shareOfBytes, dataFolder, quiet }: ComparisonOptions,
): Promise<Measurement[][]> {
  const maximumBytes = section.bytesAPass * shareOfBytes;
  const cut = { corpus, slices: rounds + 1, maximumBytes, dataFolder };
  for (const process of processes) await process.warmUp(cut, warmUpMilliseconds);
  const measurements: Measurement[][] = processes.map(() => []);
  for (let round = 0; round < rounds; round++) {
    await quiet.wait();
    for (const [index, process] of processes.entries()) {
      measurements[index]?.push(await process.measure(round + 1));
    }
  }
  return measurements;
}

function compareWithFirst(
  section: Section,
  corpus: CorpusName,
  measurements: readonly Measurement[][],
  { rounds, ...options }: ComparisonOptions,
  oursPath: string | undefined,
): ComparisonRow[] {
  const [ours = [], ...peers] = measurements;
  const clock = section.clock ?? options.clock;
  const amount = (measurement: Measurement) =>
    section.unit === "MB/s" ? measurement.bytes / 1e6 : measurement.texts;
  const seconds = (measurement: Measurement) =>
    (clock === "wall" ? measurement.milliseconds : measurement.processorMilliseconds) / 1000;
  const speeds = (all: readonly Measurement[]) => all.map((each) => amount(each) / seconds(each));
  const cores = (all: readonly Measurement[]) =>
    median(all.map((each) => each.processorMilliseconds / each.milliseconds));
  return peers.map((peer, index) => {
    const ratio = ratioOf(speeds(ours), speeds(peer));
    return {
      group: section.group,
      section: section.title,
      corpus,
      what: `${section.title}: ${corpora[corpus].label}`,
      unit: section.unit,
      ours: median(speeds(ours)),
      peer: median(speeds(peer)),
      oursName: section.competitors[0].name,
      peerName: section.competitors[index + 1]?.name ?? "",
      oursPath,
      ratio: ratio.median,
      leastRatio: ratio.least,
      greatestRatio: ratio.greatest,
      rounds,
      texts: ours.reduce((sum, each) => sum + each.texts, 0),
      bytes: ours.reduce((sum, each) => sum + each.bytes, 0),
      oursCores: cores(ours),
      peerCores: cores(peer),
      agreement: agreementOf(
        ours.map(({ answer }) => answer),
        peer.map(({ answer }) => answer),
      ),
    };
  });
}
