/*
 * Opens a model and prints the processor's time that took, in milliseconds, and the private memory of the process, in
 * megabytes, with one worker and with two. Linux: it reads /proc/self/smaps_rollup.
 */
import { readFileSync } from "node:fs";
import { localFolder } from "@kokeshi/hub";
import { loadTransformerModel, type TransformerOptions } from "@kokeshi/transformer-int8";
import { texts } from "./texts.js";

const { folder, ...options } = JSON.parse(process.argv[2] as string) as TransformerOptions & {
  folder: string;
};

function privateMegabytes(): number {
  const kilobytes = /^Anonymous:\s+(\d+)/m.exec(readFileSync("/proc/self/smaps_rollup", "utf8"))?.[1];
  return Number(kilobytes) / 1000;
}

// All that is loaded once, so that opening is what is measured.
const warm = await loadTransformerModel(localFolder(folder), { ...options, workers: 1 });
await warm.close();
const before = process.cpuUsage();
const one = await loadTransformerModel(localFolder(folder), { ...options, workers: 1, threads: 1 });
const { user, system } = process.cpuUsage(before);
await one.doEmbed({ texts: texts("short", 16) });
const ofOne = privateMegabytes();
const two = await loadTransformerModel(localFolder(folder), { ...options, workers: 1, threads: 1 });
await two.doEmbed({ texts: texts("short", 16) });
console.log(JSON.stringify([(user + system) / 1000, ofOne, privateMegabytes()]));
await Promise.all([one.close(), two.close()]);
