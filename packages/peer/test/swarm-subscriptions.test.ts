/** News of swarms, from the answer that opens one on: nothing is asked for twice, and nothing is missed. */
import type { DeviceId, FileId, ReplyTo, SwarmChanged, SwarmPeer } from '@p2p/protocol';
import { expect, test } from 'vitest';
import { SwarmSubscriptions } from '../src/tracker-session/swarm-subscriptions.js';
import type { TrackerSession } from '../src/tracker-session/tracker-session.js';

const deviceOf = (digit: string) => digit.repeat(64) as DeviceId;
const file = `${deviceOf('f')}.1` as FileId;
const peer = (digit: string): SwarmPeer => ({
  device: deviceOf(digit),
  address: { host: '192.0.2.7', port: 1 },
  complete: true,
  reachable: true,
});
const news = (joined: string[], left: string[] = []): SwarmChanged => ({
  type: 'swarm_changed',
  file,
  joined: joined.map(peer),
  left: left.map(deviceOf),
});

/** Subscriptions at a tracker where `a` has the file, and all that it is asked. */
function subscriptions() {
  const asked: string[] = [];
  const swarm = { file, peers: [peer('a')] } as unknown as ReplyTo<'open_swarm'>;
  const ask = async ({ type }: { type: string }) => {
    asked.push(type);
    return { ok: true, tracker: 1, reply: swarm };
  };
  const swarms = new SwarmSubscriptions({ ask } as unknown as Pick<TrackerSession, 'ask'>);
  const peers = new Set<string>();
  const listener = {
    replace: (all: readonly SwarmPeer[]) => {
      peers.clear();
      for (const { device } of all) peers.add(device[0] ?? '');
    },
    change: (joined: readonly SwarmPeer[], left: readonly DeviceId[]) => {
      for (const { device } of joined) peers.add(device[0] ?? '');
      for (const device of left) peers.delete(device[0] ?? '');
    },
  };
  return { swarms, listener, asked, swarm, known: () => [...peers].sort() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('who comes and goes is heard of, though nobody asks again', async () => {
  const { swarms, listener, asked, swarm, known } = subscriptions();
  await swarms.open('films', 'film');
  swarms.listen(swarm, listener);
  expect(known()).toEqual(['a']);
  swarms.apply(news(['b', 'c']));
  swarms.apply(news([], ['a']));
  await turn();
  expect(known()).toEqual(['b', 'c']);
  expect(asked).toEqual(['open_swarm']);
});

test('what comes right behind the answer is not missed', async () => {
  const { swarms, listener, swarm, known } = subscriptions();
  const opening = swarms.open('films', 'film');
  swarms.apply(news(['b']));
  await opening;
  swarms.apply(news(['c'], ['a']));
  await turn();
  swarms.listen(swarm, listener);
  expect(known()).toEqual(['b', 'c']);
});

test('after the last word of it nothing is heard any more', async () => {
  const { swarms, listener, asked, swarm, known } = subscriptions();
  await swarms.open('films', 'film');
  swarms.listen(swarm, listener);
  swarms.apply(news(['b']));
  swarms.leave(file);
  await turn();
  expect(known()).toEqual(['a']);
  expect(asked).toEqual(['open_swarm', 'close_swarm']);
});
