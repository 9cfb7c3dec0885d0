import type { Writable } from "node:stream";

const millisecondsBetween = 100;

/** How far a job is. */
export interface Progress {
  done: number;
  /** What is counted, in the plural. */
  unit: string;
  /** Part of the work that is done, from 0 to 1, where the whole is known. */
  fraction: number | undefined;
}

/** One line on a terminal that is written over and over: count, rate, and time left where the whole is known. */
export class ProgressLine {
  private first: { progress: Progress; time: number } | undefined;
  private lastShown = -Infinity;

  constructor(private readonly stderr: Writable) {}

  show(progress: Progress): void {
    const now = performance.now();
    if (now - this.lastShown < millisecondsBetween) return;
    this.lastShown = now;
    // Rates count from the first report: what came before, such as loading a model, happens once.
    this.first ??= { progress, time: now };
    const seconds = (now - this.first.time) / 1000;
    this.stderr.write(`\r${progressText(progress, this.first.progress, seconds)}\u001b[K`);
  }

  /** Makes room for another line; the job goes on. */
  wipe(): void {
    if (this.first !== undefined) this.stderr.write("\r\u001b[K");
  }

  /** The job is done; what is shown next is another one. */
  end(): void {
    this.wipe();
    this.first = undefined;
    this.lastShown = -Infinity;
  }
}

/** `seconds` have passed since the job was as far as `first`. */
export function progressText(progress: Progress, first: Progress, seconds: number): string {
  const { done, unit, fraction } = progress;
  const parts = [`${count(done)} ${unit}`];
  if (seconds > 0) parts.push(`${count((done - first.done) / seconds)} ${unit}/s`);
  if (fraction !== undefined) {
    parts.push(`${Math.floor(fraction * 100)} %`);
    const advance = fraction - (first.fraction ?? 0);
    if (advance > 0 && seconds > 0) parts.push(`${duration((seconds * (1 - fraction)) / advance)} left`);
  }
  return parts.join(", ");
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const padded = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}
