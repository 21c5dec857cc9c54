/** What the system says of a tracker's process and its folder. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster, Program } from '@p2p/harness';

const MIB = 2 ** 20;
/** USER_HZ, the same on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;

/** Resident memory now, MiB; 0 on systems without /proc. */
export function memoryOf({ pid }: Program): number {
  try {
    const [, kib = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return (Number(kib) * 1_024) / MIB;
  } catch {
    return 0;
  }
}

/** Processor time since its start, all threads together, s; 0 on systems without /proc. */
export function processorSecondsOf({ pid }: Pick<Program, 'pid'>): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold anything: state is field 3, user and system time are 14 and 15.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/** What lies in a tracker's data directory. */
export function filesOf(cluster: Cluster, number: number): { readonly name: string; readonly mib: number }[] {
  const directory = join(cluster.directory, '.p2p', `tracker-${number}`);
  return readdirSync(directory).map((name) => ({ name, mib: statSync(join(directory, name)).size / MIB }));
}

export function mibOf(cluster: Cluster, number: number): number {
  return filesOf(cluster, number).reduce((sum, { mib }) => sum + mib, 0);
}
