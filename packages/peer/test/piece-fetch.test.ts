/** What a fetch tells of what comes in, before it is known whether that is right. */
import { join } from 'node:path';
import type { DeviceId } from '@p2p/protocol';
import { ContentHasher } from '@p2p/swarm';
import { expect, it, onTestFinished } from 'vitest';
import { PartFile, placeFor } from '../src/fetching/part-file.js';
import type { Channel } from '../src/fetching/peer-link.js';
import { PieceFetch } from '../src/fetching/piece-fetch.js';
import { HashingPool } from '../src/hashing/hashing-pool.js';
import { sha256 } from '../src/sharing/sha256.js';
import { SharedContent } from '../src/sharing/shared-content.js';
import { patternBytes } from './pattern-bytes.js';
import { temporaryDirectory } from './temporary-directory.js';

const PIECE = 262_144;
const bytes = patternBytes(3 * PIECE);
const block = (from: number, to: number) => ({ bytes: bytes.subarray(from, to), keep: undefined });
const [one, other] = ['1', '2'].map((digit) => digit.repeat(64) as DeviceId) as [DeviceId, DeviceId];

it('bytes of a piece that is far from whole are told of, and none that nobody wanted', async () => {
  const hasher = new ContentHasher(sha256, bytes.length, PIECE);
  hasher.update(bytes);
  const opened = await PartFile.open(placeFor(join(await temporaryDirectory(), 'a')));
  if (!opened.ok) throw new Error(opened.message);
  onTestFinished(() => opened.part.close());
  let arrivals = 0;
  const channel: Partial<Channel> = { offer: () => undefined, credit: () => undefined };
  const fetch = new PieceFetch({
    content: SharedContent.partial(hasher.finish(), opened.part),
    part: opened.part,
    hashing: new HashingPool(),
    lastHad: [],
    random: () => 0.5,
    nowMs: 0,
    channelOf: () => channel as Channel,
    handlers: {
      arrived: () => {
        arrivals++;
      },
      verified: () => undefined,
      fetched: () => undefined,
      ban: () => undefined,
      failed: () => undefined,
    },
  });
  fetch.opened(one, 'all');
  fetch.opened(other, 'all');
  fetch.received(one, 0, block(0, 100));
  fetch.received(one, 100, block(100, 200));
  expect(arrivals).toBe(2);
  fetch.received(other, 0, block(0, 100));
  expect(arrivals, 'of a piece that is coming already').toBe(2);
  fetch.received(other, PIECE, block(PIECE, PIECE + 100));
  expect(arrivals).toBe(3);
  fetch.close();
});
