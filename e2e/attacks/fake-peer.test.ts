/** Somebody who answers in a sharer's place is not spoken to: a downloader goes by the key that the tracker has named. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Cluster, freePorts, gatherGroup, writeTestFile } from '@p2p/harness';
import { MAX_PEER_FRAME_BYTES } from '@p2p/protocol';
import { listenSecure } from '@p2p/transport';
import { expect, onTestFinished, test } from 'vitest';
import { newDevice } from './raw-client.js';

test('it is shown no grant, and its bytes are nobody’s', async () => {
  const cluster = await Cluster.start();
  onTestFinished(() => cluster.stop());
  const [fakePort = 0, honestPort = 0] = await freePorts(2);
  const impostor = await newDevice(cluster.directory, 'impostor');
  const heard: Uint8Array[] = [];
  const listening = await listenSecure({
    identity: impostor,
    host: '127.0.0.1',
    port: 0,
    maxFrameBytes: MAX_PEER_FRAME_BYTES,
    onConnection: (connection) => {
      connection.start({ frame: (frame) => void heard.push(frame.slice()), closed: () => undefined });
    },
  });
  if (!listening.ok) throw new Error(listening.message);
  onTestFinished(() => listening.server.close());
  // The impostor itself may not notice that somebody has dialled and hung up at the sight of its key.
  const door = createServer((socket) => {
    socket.on('error', () => undefined);
    const inside = connect(listening.server.port, '127.0.0.1').on('error', () => undefined);
    socket.pipe(inside).pipe(socket);
  });
  door.listen(fakePort, '127.0.0.1');
  onTestFinished(() => void door.close());
  const dialled = once(door, 'connection');
  // Alice says that she is to be reached where the impostor listens.
  const [alice, bob] = await gatherGroup(cluster, 'films', [
    ['alice', `127.0.0.1:${fakePort}`, '--bind', `127.0.0.1:${honestPort}`],
    'bob',
  ]);
  await writeTestFile(join(cluster.directory, 'film'), 300_000);
  await alice.succeed('upload_file film films');
  await bob.succeed('download_file films film copy');
  await dialled;
  const carol = cluster.client([], 'carol');
  await carol.succeed('create_user carol carol-password');
  await carol.succeed('login carol carol-password');
  await carol.succeed('join_group films');
  await alice.succeed('accept_request films carol');
  await carol.succeed('upload_file film films');
  expect(await bob.succeed('wait')).toEqual({ complete: 1, failed: 0 });
  expect(heard).toEqual([]);
  const [copy, film] = await Promise.all(['copy', 'film'].map((name) => readFile(join(cluster.directory, name))));
  expect(copy?.equals(film ?? Buffer.alloc(0))).toBe(true);
});
