/** Where the files of a run lie: in memory where there is room, so that no disk is measured. */
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const MEMORY = '/dev/shm';
/** Of tmpfs and of free memory, at most so much is used: the programs need some as well. */
const SHARE = 0.8;

export interface Place {
  readonly directory: string;
  readonly inMemory: boolean;
  remove(): void;
}

/** @param bytes that will lie there at a time */
export function findPlace(bytes: number): Place {
  const inMemory = bytes < SHARE * roomInMemory();
  const directory = mkdtempSync(join(inMemory ? MEMORY : tmpdir(), 'p2p-bench-download-'));
  // A signal's own way would leave a gigabyte in memory.
  const onSignal = (): void => process.exit(1);
  const remove = (): void => {
    process.off('exit', remove);
    for (const signal of SIGNALS) process.off(signal, onSignal);
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', remove);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { directory, inMemory, remove };
}

function roomInMemory(): number {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    const [, kib = '0'] = /MemAvailable:\s+(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    return Math.min(bavail * bsize, Number(kib) * 1_024);
  } catch {
    return 0;
  }
}
