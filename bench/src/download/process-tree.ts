/** What programs take of the machine, with all that they start in turn: processor time, and memory at its highest. */
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, the same on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;
/** Highest marks stay where they are, so that one look in a while misses little: the last moments of who has ended. */
const LOOK_EVERY_MS = 100;

export interface Use {
  /** Of all together. */
  readonly processorSeconds: number;
  /** The highest resident memory of each, together; files that are mapped into it count. */
  readonly peakBytes: number;
}

/** Nothing on systems without /proc. */
export class ProcessTree {
  readonly #roots: readonly number[];
  readonly #peaks = new Map<number, number>();
  readonly #looking: NodeJS.Timeout;
  readonly #ticksBefore: number;

  /** @param roots ids of processes */
  constructor(roots: readonly number[]) {
    this.#roots = roots;
    this.#ticksBefore = this.#look();
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** What has been used since this was made. Nothing is looked at any more. */
  end(): Use {
    clearInterval(this.#looking);
    const ticks = this.#look() - this.#ticksBefore;
    const peakBytes = [...this.#peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
    return { processorSeconds: ticks / TICKS_PER_SECOND, peakBytes };
  }

  /** Ticks of the processor until now: who has ended counts at whoever started it. */
  #look(): number {
    let ticks = 0;
    for (const pid of this.#roots.flatMap(withDescendants)) {
      ticks += ticksOf(pid);
      this.#peaks.set(pid, Math.max(this.#peaks.get(pid) ?? 0, peakOf(pid)));
    }
    return ticks;
  }
}

function withDescendants(pid: number): number[] {
  // A child is named by the thread that has started it.
  const children = threadsOf(pid).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' '));
  return [pid, ...children.filter(Boolean).map(Number).flatMap(withDescendants)];
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function ticksOf(pid: number): number {
  const text = read(`/proc/${pid}/stat`);
  // Behind the name, which may hold anything: state is field 3; user and system time, own and of children that have
  // ended, are 14 to 17.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

function peakOf(pid: number): number {
  const [, kib = '0'] = /VmHWM:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`)) ?? [];
  return Number(kib) * 1_024;
}

/** Empty where there is no such file: the process may have ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
