/** State changes that are journalled and replicated: how many a second, how long one takes, and the floors beside it. */
import { Cluster } from '@p2p/harness';
import type { Benchmark, BenchmarkOptions } from '../benchmark.js';
import { measureGroupCommit } from '../floor/group-commit.js';
import { registeredClients } from '../load/clients.js';
import { applyLoad, type LoadResult } from '../load/load.js';
import type { TrackerClient } from '../load/tracker-client.js';
import { processorSecondsOf } from '../population/tracker-process.js';
import { atLeast, type Figure, under } from '../report/figures.js';
import { withCluster } from '../with-cluster.js';
import { logInsBeside } from './log-ins.js';

const OUTSTANDING = 256;
/** Connections that share them. */
const CLIENTS = 8;
/** About what a create_group takes in a journal. */
const RECORD_BYTES = 350;

export const commits: Benchmark = {
  about: 'state changes, journalled and replicated: two trackers and the load on this one machine',
  run: (options) => withCluster(Cluster.start(2), (cluster) => measure(cluster, options)),
};

async function measure(cluster: Cluster, { tiny, say }: BenchmarkOptions): Promise<Figure[]> {
  const many = tiny ? 256 : 100_000;
  const few = tiny ? 10 : 2_000;
  say('registering');
  const first = await registeredClients(cluster, 1, { name: 'first', count: CLIENTS });
  const second = await registeredClients(cluster, 2, { name: 'second', count: CLIENTS });
  const both = first.flatMap((client, index) => [client, second[index] ?? client]);
  const groups = new Groups();
  say('warming up');
  await groups.create(both, { outstanding: OUTSTANDING, count: tiny ? 64 : 20_000 });
  say(`floors: a plain file, and requests that change nothing`);
  const floor = await floors(cluster, { few, many, clients: first });
  say(`${few} changes, one after the other`);
  const one = await groups.create(first.slice(0, 1), { outstanding: 1, count: few });
  say(`${many} changes, ${OUTSTANDING} outstanding at one tracker`);
  const before = processorSeconds(cluster);
  const atOne = await groups.create(first, { outstanding: OUTSTANDING, count: many });
  const after = processorSeconds(cluster);
  // Told beside the rate because it hardly depends on what else the machine is doing.
  const costMicroseconds = after.map((seconds, index) => ((seconds - (before[index] ?? 0)) / many) * 1e6);
  say(`${many} changes, ${OUTSTANDING} outstanding, half at each tracker`);
  const atBoth = await groups.create(both, { outstanding: OUTSTANDING, count: many });
  say('the same at one tracker while others log in there');
  const logIns = await logInsBeside(cluster, () =>
    groups.create(first, { outstanding: OUTSTANDING, count: Math.ceil(many / 2) }),
  );
  const perSecond = (result: LoadResult) => result.count / result.seconds;
  return [
    { what: 'changes, 1 outstanding: median', value: one.latencies.median, unit: 'ms', wanted: under(3) },
    { what: 'changes, 1 outstanding: 99 %', value: one.latencies.share(0.99), unit: 'ms' },
    { what: 'changes, 256 outstanding at one tracker', value: perSecond(atOne), unit: '/s', wanted: atLeast(10_000) },
    { what: 'their median', value: atOne.latencies.median, unit: 'ms' },
    { what: 'their 99 %', value: atOne.latencies.share(0.99), unit: 'ms' },
    { what: 'processor time a change: the tracker that is asked', value: costMicroseconds[0] ?? 0, unit: 'µs' },
    { what: 'processor time a change: the other tracker', value: costMicroseconds[1] ?? 0, unit: 'µs' },
    { what: 'processor time a change: the load', value: costMicroseconds[2] ?? 0, unit: 'µs' },
    { what: 'changes, 128 outstanding at each tracker', value: perSecond(atBoth), unit: '/s', wanted: atLeast(10_000) },
    { what: 'their median', value: atBoth.latencies.median, unit: 'ms' },
    { what: 'their 99 %', value: atBoth.latencies.share(0.99), unit: 'ms' },
    { what: 'changes at one tracker beside log-ins', value: perSecond(logIns.result), unit: '/s' },
    { what: 'log-ins meanwhile', value: logIns.perSecond, unit: '/s' },
    { what: 'changes beside log-ins / without', value: perSecond(logIns.result) / perSecond(atOne), unit: '' },
    ...floor,
  ];
}

/** Of both trackers and of this process. */
function processorSeconds(cluster: Cluster): number[] {
  const { user, system } = process.cpuUsage();
  return [1, 2].map((number) => processorSecondsOf(cluster.tracker(number))).concat((user + system) / 1e6);
}

/** What nothing can be quicker than on this machine. */
async function floors(
  { directory }: Cluster,
  { few, many, clients }: { few: number; many: number; clients: readonly TrackerClient[] },
): Promise<Figure[]> {
  const one = await measureGroupCommit({ directory, writers: 1, count: few, recordBytes: RECORD_BYTES });
  const all = await measureGroupCommit({ directory, writers: OUTSTANDING, count: many, recordBytes: RECORD_BYTES });
  const pings = await applyLoad({ clients, outstanding: OUTSTANDING, count: many, question: () => ({ type: 'ping' }) });
  return [
    { what: 'floor: a plain file, 1 writer: median', value: one.latencies.median, unit: 'ms' },
    { what: `floor: a plain file, ${OUTSTANDING} writers`, value: all.perSecond, unit: '/s' },
    { what: `floor: pings, ${OUTSTANDING} outstanding at one tracker`, value: pings.count / pings.seconds, unit: '/s' },
  ];
}

/** Creates groups, each with a name of its own, and sees that every answer says `replicated: true`. */
class Groups {
  #created = 0;

  async create(
    clients: readonly TrackerClient[],
    { outstanding, count }: { readonly outstanding: number; readonly count: number },
  ): Promise<LoadResult> {
    const question = () => ({ type: 'create_group', group: `group-${this.#created++}` }) as const;
    const result = await applyLoad({ clients, outstanding, count, question });
    if (result.replicated !== count) throw new Error(`${count - result.replicated} of ${count} were not replicated`);
    return result;
  }
}
