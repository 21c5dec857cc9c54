/** Keeps what a run has come to, with all that somebody needs who wants to compare another one with it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Figure, isMet } from './figures.js';

/** Seen from the built program, and from this file's folder alike only by way of the package's own. */
const folder = fileURLToPath(new URL('../results/', import.meta.url));

export interface Run {
  readonly benchmark: string;
  readonly tiny: boolean;
  /** The only case that was measured; undefined: all of them. */
  readonly only: string | undefined;
  readonly command: string;
  readonly figures: readonly Figure[];
}

/** @returns the path of the file that was written; a second run of the same on one day replaces the first */
export function saveRun(run: Run, now: Date): string {
  mkdirSync(folder, { recursive: true });
  const words = [now.toISOString().slice(0, 10), run.benchmark, run.only?.replaceAll(/\W+/g, '-'), run.tiny && 'tiny'];
  const path = `${folder}${words.filter(Boolean).join('-')}.json`;
  const figures = run.figures.map((figure) => ({
    ...figure,
    ...(figure.of === undefined ? {} : { of: figure.of.map((value) => Number(value.toPrecision(4))) }),
    met: isMet(figure),
  }));
  const kept = { ...run, figures, date: now.toISOString(), machine: machine() };
  writeFileSync(path, `${inOneLine(JSON.stringify(kept, null, 2))}\n`);
  return path;
}

/** Lists of numbers, as the formatter has them. */
function inOneLine(json: string): string {
  return json.replace(/\[[\s\d.,e+-]+\]/g, (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'));
}

function machine() {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
  };
}
