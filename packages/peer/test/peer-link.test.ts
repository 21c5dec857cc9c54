/** How often a downloader says what has come. */
import { type ContentRoot, CREDIT_INTERVAL_MS, decodeMessage, downloaderMessage, type GroupId } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Channel, type ChannelHandlers, PeerLink } from '../src/fetching/peer-link.js';
import { PooledBuffers } from '../src/sharing/pooled-buffers.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** What has been said of bytes that came, in order. */
function openChannel(): { channel: Channel; told: number[]; sent: string[]; renew: (grant: string) => void } {
  const [group, root] = [`${'1'.repeat(64)}.1`, '2'.repeat(64)] as [GroupId, ContentRoot];
  const told: number[] = [];
  const sent: string[] = [];
  const send = (frame: Uint8Array): void => {
    const decoded = decodeMessage(downloaderMessage, frame);
    if (decoded.ok) sent.push(decoded.message.type);
    if (decoded.ok && decoded.message.type === 'credit') told.push(decoded.message.received);
  };
  let renew = (_: string): void => undefined;
  const onRenewed = (listener: (group: GroupId, grant: string) => void): (() => void) => {
    renew = (grant) => listener(group, grant);
    return () => undefined;
  };
  const wallet = { onRenewed, of: () => 'a.grant.shown' };
  const link = new PeerLink({ send, closed: false } as unknown as Connection, {
    wallet: wallet as never,
    shown: { group, grant: 'a.grant.shown' },
    hashing: { buffers: new PooledBuffers() },
    now: () => Date.now(),
  });
  return { channel: link.open(group, root, {} as ChannelHandlers), told, sent, renew };
}

it('one word stands for all that comes shortly after another one', async () => {
  const { channel, told } = openChannel();
  channel.credit(0, 1_000);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual([0]);
  for (const received of [100, 200, 300]) channel.credit(received, 1_000 + received);
  await vi.advanceTimersByTimeAsync(CREDIT_INTERVAL_MS);
  expect(told).toEqual([0, 300]);
  await vi.advanceTimersByTimeAsync(CREDIT_INTERVAL_MS);
  channel.credit(400, 1_400);
  await vi.advanceTimersByTimeAsync(1);
  expect(told, 'after a while at once').toEqual([0, 300, 400]);
});

it('nothing is said of a channel that was closed meanwhile', async () => {
  const { channel, told } = openChannel();
  channel.credit(0, 1_000);
  await vi.advanceTimersByTimeAsync(1);
  channel.credit(100, 1_100);
  channel.close();
  await vi.advanceTimersByTimeAsync(10 * CREDIT_INTERVAL_MS);
  expect(told).toEqual([0]);
  expect(vi.getTimerCount()).toBe(0);
});

it('a grant that came with the hello is shown once, and its successor when there is one', () => {
  const { sent, renew } = openChannel();
  expect(sent).toEqual(['open']);
  renew('its.successor.shown');
  expect(sent).toEqual(['open', 'grant']);
});
