/**
 * From the moment an owner removes a member until nothing more comes to it: bytes are on their way from a sharer that is
 * connected to the other tracker, which then hangs up.
 */
import { join } from 'node:path';
import { type ClientProgram, Cluster, registered, writeTestFile } from '@p2p/harness';
import type { ReplyTo } from '@p2p/protocol';
import { type Identity, loadOrCreateIdentity } from '@p2p/transport';
import type { Benchmark, BenchmarkOptions } from '../benchmark.js';
import { TrackerClient } from '../load/tracker-client.js';
import { type Figure, under } from '../report/figures.js';
import { Latencies } from '../report/latencies.js';
import { withCluster } from '../with-cluster.js';
import { Taker } from './taker.js';

const FILE_BYTES = 64 * 1024 * 1024;
/** So that nobody has all of the file before it may have nothing more. */
const UPLOAD_LIMIT = 4 * 1024 * 1024;

export const revocation: Benchmark = {
  about: 'from the removal of a member to the end of what it was being sent',
  run: (options) => withCluster(Cluster.start(2), (cluster) => measure(cluster, options)),
};

interface Stage {
  readonly owner: TrackerClient;
  readonly member: TrackerClient;
  readonly device: Identity;
}

async function measure(cluster: Cluster, { tiny, say }: BenchmarkOptions): Promise<Figure[]> {
  const stage = await prepare(cluster);
  const fromQuestion = new Latencies();
  const fromAnswer = new Latencies();
  const removals = tiny ? 2 : 50;
  for (let removal = 1; removal <= removals; removal++) {
    const { asked, answered, ended } = await remove(stage);
    fromQuestion.add(ended - asked);
    fromAnswer.add(Math.max(0, ended - answered));
    say(`removal ${removal} of ${removals}: ${Math.round(ended - asked)} ms`);
  }
  stage.owner.close();
  stage.member.close();
  return [
    { what: 'removals in the middle of a transfer', value: fromQuestion.count, unit: '' },
    { what: 'remove_member sent to the end of the transfer: median', value: fromQuestion.median, unit: 'ms' },
    {
      what: 'remove_member sent to the end of the transfer: worst',
      value: fromQuestion.worst,
      unit: 'ms',
      wanted: under(1_000),
    },
    { what: 'its answer to the end of the transfer: worst', value: fromAnswer.worst, unit: 'ms' },
  ];
}

/** A sharer at tracker 2, an owner and a member at tracker 1. */
async function prepare(cluster: Cluster): Promise<Stage> {
  const words = [`127.0.0.1:${cluster.port(2)}`, '--upload-limit', String(UPLOAD_LIMIT)];
  const sharer = await registered(cluster, 'sharer', words);
  await sharer.succeed('create_group films');
  await writeTestFile(join(cluster.directory, 'film'), FILE_BYTES);
  await sharer.succeed('upload_file film films');
  const owner = await newcomer(cluster, sharer, 'owner');
  await sharer.succeed('add_owner films owner');
  const member = await newcomer(cluster, sharer, 'member');
  return { owner: owner.client, member: member.client, device: member.identity };
}

async function newcomer(cluster: Cluster, sharer: ClientProgram, user: string) {
  const loaded = await loadOrCreateIdentity(join(cluster.directory, `${user}.key`));
  if (!loaded.ok) throw new Error(loaded.message);
  const { identity } = loaded;
  const client = await TrackerClient.connect(identity, cluster.port(1));
  await client.register(user);
  await client.succeed({ type: 'join_group', group: 'films' });
  await sharer.succeed(`accept_request films ${user}`);
  return { client, identity };
}

/** Removes the member while bytes come to it, and lets it in again. Times by one clock, ms. */
async function remove({ owner, member, device }: Stage) {
  const swarm = (await member.succeed({ type: 'open_swarm', group: 'films', file: 'film' })) as ReplyTo<'open_swarm'>;
  const taker = await Taker.dial(device, swarm);
  await taker.taking;
  const asked = performance.now();
  await owner.succeed({ type: 'remove_member', group: 'films', user: 'member' });
  const answered = performance.now();
  const ended = await taker.ended;
  if (taker.byteCount >= FILE_BYTES) throw new Error('all of the file came: nothing was measured');
  await member.succeed({ type: 'join_group', group: 'films' });
  await owner.succeed({ type: 'accept_request', group: 'films', user: 'member' });
  return { asked, answered, ended };
}
