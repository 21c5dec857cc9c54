/** How many connections a client serves, in all and with one device. */
import {
  type DeviceId,
  encodeMessage,
  groupId,
  MAX_SERVED_CONNECTIONS,
  MAX_SERVED_CONNECTIONS_PER_DEVICE,
  PROTOCOL_VERSION,
} from '@p2p/protocol';
import { type Connection, memoryPair } from '@p2p/transport';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Library } from '../src/library/library.js';
import { ServingPeer } from '../src/sharing/serving-peer.js';
import { gatekeeperAtNoon, signed } from './test-grants.js';
import { uploadsWithoutLimit } from './test-uploads.js';

let serving: ServingPeer;

beforeEach(() => {
  serving = new ServingPeer({
    library: new Library(),
    uploads: uploadsWithoutLimit(),
    gatekeeper: gatekeeperAtNoon(),
    changed: () => undefined,
  });
  onTestFinished(() => serving.close());
});

const deviceOf = (index: number) => index.toString(16).padStart(64, '0') as DeviceId;

/** A downloader's end of a connection. */
function dial(device: DeviceId): Connection {
  const remote = { key: device, host: '192.0.2.7', port: 1 };
  const [here, there] = memoryPair(remote, remote);
  serving.accept(there);
  here.start({ frame: () => undefined, closed: () => undefined });
  return here;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('with one device so many, and for one more its oldest is closed, nobody else’s', async () => {
  const other = dial(deviceOf(2));
  const own = Array.from({ length: MAX_SERVED_CONNECTIONS_PER_DEVICE }, () => dial(deviceOf(1)));
  await settled();
  expect(own.map(({ closed }) => closed)).toEqual(own.map(() => false));
  own.push(dial(deviceOf(1)));
  await settled();
  expect(own.map(({ closed }) => closed)).toEqual(own.map((_, index) => index === 0));
  expect(other.closed).toBe(false);
});

test('in all so many, and one more is closed', async () => {
  const all = Array.from({ length: MAX_SERVED_CONNECTIONS }, (_, index) => dial(deviceOf(index)));
  await settled();
  expect(all.some(({ closed }) => closed)).toBe(false);
  const oneMore = dial(deviceOf(MAX_SERVED_CONNECTIONS));
  await settled();
  expect(oneMore.closed).toBe(true);
  expect(all.some(({ closed }) => closed)).toBe(false);
});

test('whoever shows a grant is somebody, for the server that may be full', async () => {
  const device = deviceOf(1);
  const remote = { key: device, host: '192.0.2.7', port: 1 };
  const [here, there] = memoryPair(remote, remote);
  const users: (string | undefined)[] = [];
  there.setUser = (user) => void users.push(user);
  serving.accept(there);
  const greeted = new Promise((resolve) => here.start({ frame: resolve, closed: () => undefined }));
  const grant = await signed(device, groupId.parse(`${device}.1`));
  here.send(encodeMessage({ type: 'hello', protocol: PROTOCOL_VERSION, role: 'download', grant }));
  await greeted;
  expect(users).toHaveLength(1);
  expect(users[0]).toBeDefined();
});
