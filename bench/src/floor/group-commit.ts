/**
 * The floor under every journal: records appended to a plain file and flushed, those that come while a flush is under
 * way together with the next one. Nothing is checked, encoded, sent or answered.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Latencies } from '../report/latencies.js';

export interface FloorOptions {
  readonly directory: string;
  readonly writers: number;
  readonly count: number;
  readonly recordBytes: number;
}

/** Flushed records per second, and how long each waited. */
export async function measureGroupCommit(options: FloorOptions): Promise<{ perSecond: number; latencies: Latencies }> {
  const { directory, writers, count, recordBytes } = options;
  const file = await open(join(directory, 'floor'), 'w');
  const record = Buffer.alloc(recordBytes, 7);
  const latencies = new Latencies();
  const started = performance.now();
  let left = count;
  // Each writer waits for its record before it writes the next, so every flush finds one record of each.
  while (left > 0) {
    const batch = Math.min(writers, left);
    const begun = performance.now();
    await file.write(Buffer.concat(Array.from({ length: batch }, () => record)));
    await file.datasync();
    const taken = performance.now() - begun;
    for (let index = 0; index < batch; index++) latencies.add(taken);
    left -= batch;
  }
  const seconds = (performance.now() - started) / 1_000;
  await file.close();
  return { perSecond: count / seconds, latencies };
}
