/** Programs with loop-watch.ts in them. */
import { fileURLToPath } from 'node:url';
import type { Program } from '@p2p/harness';

/** What node is told so that the program is watched. */
export const watchWords = ['--import', fileURLToPath(new URL('loop-watch.js', import.meta.url))] as const;

export interface Pauses {
  readonly longestMs: number;
  /** 99 % are shorter. */
  readonly p99Ms: number;
  /** 99.9 % are shorter. */
  readonly mostMs: number;
  readonly longestCollectionMs: number;
}

/** Since it was asked the last time. */
export async function pausesOf(program: Program): Promise<Pauses> {
  const from = program.errors.lines.length;
  program.signal('SIGUSR2');
  const line = await program.errors.find((text) => text.startsWith('pauses '), from);
  return JSON.parse(line.slice('pauses '.length));
}
