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
  private readonly started = performance.now();
  private lastShown = -Infinity;
  private visible = false;

  constructor(private readonly stderr: Writable) {}

  show(progress: Progress): void {
    const now = performance.now();
    if (now - this.lastShown < millisecondsBetween) return;
    this.lastShown = now;
    this.visible = true;
    this.stderr.write(`\r${progressText(progress, (now - this.started) / 1000)}\u001b[K`);
  }

  clear(): void {
    if (this.visible) this.stderr.write("\r\u001b[K");
    this.visible = false;
  }
}

export function progressText({ done, unit, fraction }: Progress, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [`${count(done)} ${unit}`, `${count(rate)} ${unit}/s`];
  if (fraction !== undefined && fraction > 0) {
    parts.push(`${Math.floor(fraction * 100)} %`, `${duration((seconds * (1 - fraction)) / fraction)} left`);
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
