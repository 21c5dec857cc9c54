/** Peers that can't be dialled, among those of a download: asked last, tried again at news of them, and why not is told. */
import { type DeviceId, MAX_LINKS_PER_DOWNLOAD, type SwarmPeer } from '@p2p/protocol';
import { expect, onTestFinished, test } from 'vitest';
import type { DialTrouble } from '../src/fetching/connect-peer.js';
import { Sources } from '../src/fetching/sources.js';

const deviceOf = (number: number) => number.toString(16).padStart(64, '0') as DeviceId;

function peer(number: number, reachable: boolean | null): SwarmPeer {
  return { device: deviceOf(number), address: { host: '192.0.2.7', port: 1 }, complete: false, reachable };
}

/** Sources of which every claim fails like this, or never ends; and who was asked, in order. */
function sources(trouble?: DialTrouble) {
  const asked: DeviceId[] = [];
  const all = new Sources({
    claim: ({ device }) => {
      asked.push(device);
      return trouble === undefined ? new Promise(() => undefined) : Promise.resolve(trouble);
    },
    random: () => 0.5,
    now: () => 0,
    openChannel: () => {
      throw new Error('nobody is linked');
    },
  });
  onTestFinished(() => all.close());
  return { all, asked };
}

test('those that can be dialled come first', () => {
  const { all, asked } = sources();
  const unreachable = Array.from({ length: MAX_LINKS_PER_DOWNLOAD }, (_, number) => peer(number, false));
  all.replace([...unreachable, peer(100, true), peer(101, null)]);
  expect(asked).toHaveLength(MAX_LINKS_PER_DOWNLOAD);
  expect(asked.slice(0, 2)).toEqual([deviceOf(100), deviceOf(101)]);
});

test('that neither of the two can be reached is told of a peer', async () => {
  const { all } = sources('neither_reachable');
  all.replace([peer(1, false)]);
  await expect.poll(() => all.report()).toMatchObject([{ phase: 'waiting', trouble: 'neither_reachable' }]);
});

test('one that is waited for is tried at once when it is known how it can be reached', async () => {
  const { all, asked } = sources('not_reached');
  all.replace([peer(1, null)]);
  await expect.poll(() => all.report()).toMatchObject([{ phase: 'waiting' }]);
  const before = asked.length;
  all.change([peer(1, false)], []);
  expect(asked).toHaveLength(before + 1);
});
