/** A downloader without an open channel takes nobody else's place for long. */
import {
  decodeMessage,
  deviceId,
  encodeMessage,
  groupId,
  IDLE_SERVED_CONNECTION_MS,
  PROTOCOL_VERSION,
  peerHello,
} from '@p2p/protocol';
import { type CloseReason, memoryPair } from '@p2p/transport';
import { afterEach, expect, it, vi } from 'vitest';
import { Library } from '../src/library/library.js';
import { ServingPeer } from '../src/sharing/serving-peer.js';
import { gatekeeperAtNoon, signed } from './test-grants.js';
import { uploadsWithoutLimit } from './test-uploads.js';

afterEach(() => vi.useRealTimers());

it('is let go, not earlier than is said', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const serving = new ServingPeer({
    library: new Library(),
    uploads: uploadsWithoutLimit(),
    gatekeeper: gatekeeperAtNoon(),
    changed: () => undefined,
  });
  const device = deviceId.parse('d'.repeat(64));
  const remote = { key: device, host: 'memory', port: 1 };
  const [here, there] = memoryPair(remote, remote);
  serving.accept(there);
  let reason: CloseReason | undefined;
  const greeted = new Promise((resolve) => {
    here.start({
      frame: (frame) => resolve(decodeMessage(peerHello, frame).ok),
      closed: (closed) => {
        reason = closed;
      },
    });
  });
  const grant = await signed(device, groupId.parse(`${device}.1`));
  here.send(encodeMessage({ type: 'hello', protocol: PROTOCOL_VERSION, role: 'download', grant }));
  expect(await greeted).toBe(true);
  await vi.advanceTimersByTimeAsync(IDLE_SERVED_CONNECTION_MS - 1);
  expect(reason).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(reason).toEqual({ kind: 'ended' });
});
