/** What a round takes of the processor, and how busy the machine is altogether: then a figure is worth less. */
import { cpus } from 'node:os';
import { processorSecondsOf } from '../population/tracker-process.js';
import type { ShapedHost } from './network/shaped-network.js';

export interface ProcessorUse {
  /** Of all cores, by all processes of the machine, 0 to 1. */
  readonly busyShare: number;
  /** Processor seconds, of what runs on the hosts and still does in the end. */
  readonly ownSeconds: number;
}

/** @returns what tells the use since the call */
export function processorUse(hosts: readonly ShapedHost[]): () => ProcessorUse {
  const before = { ...times(), own: secondsOf(hosts) };
  return () => {
    const now = times();
    const all = now.all - before.all;
    const own = [...secondsOf(hosts)].reduce((sum, [pid, seconds]) => sum + seconds - (before.own.get(pid) ?? 0), 0);
    return { busyShare: all === 0 ? 0 : 1 - (now.idle - before.idle) / all, ownSeconds: own };
  };
}

function secondsOf(hosts: readonly ShapedHost[]): Map<number, number> {
  const pids = hosts.flatMap(({ processes }) => processes);
  return new Map(pids.map((pid) => [pid, processorSecondsOf({ pid })]));
}

function times(): { readonly all: number; readonly idle: number } {
  let [all, idle] = [0, 0];
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle };
}
