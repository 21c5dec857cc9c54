/** Attempts to have others dial, or to be taken for somebody who was asked to: refused, closed, and nothing is sent. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import {
  type ClientProgram,
  Cluster,
  freePorts,
  gatherGroup,
  registered,
  sha256OfFile,
  writeTestFile,
} from '@p2p/harness';
import { encodeMessage, type GroupId, MAX_REACH_CHECKS_PER_DEVICE } from '@p2p/protocol';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { codeOf, dialRaw, newDevice, RawClient } from './raw-client.js';
import { joinRaw, type RawMember } from './raw-member.js';

const FILE_BYTES = 1024 * 1024;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let bobsPort: number;
let mallory: RawMember;

beforeAll(async () => {
  cluster = await Cluster.start();
  const [port = 0] = await freePorts(1);
  bobsPort = port;
  [alice, bob] = await gatherGroup(cluster, 'films', ['alice', ['bob', `127.0.0.1:${port}`]]);
  await writeTestFile(join(cluster.directory, 'film'), FILE_BYTES);
  await alice.succeed('upload_file film films');
  mallory = await joinRaw({ cluster, owner: alice, user: 'mallory', group: 'films', file: 'film' });
});
afterAll(() => cluster.stop());

const alicesDevice = () => {
  const [peer] = mallory.swarm.peers;
  if (peer === undefined) throw new Error('alice shares the film');
  return peer.device;
};

/** A connection of mallory's to tracker 1, without a place of its own. Nobody keeps one alive that is not used. */
function asMallory(): Promise<RawClient> {
  return RawClient.connect(mallory.identity, cluster.port(1), { token: mallory.token });
}

/** Somebody's port: who has come, and all that was sent. */
async function bystander() {
  let connections = 0;
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    connections += 1;
    socket.on('data', (bytes) => received.push(bytes));
    socket.on('error', () => undefined);
    // A port where nobody speaks our protocol hangs up some time.
    socket.once('data', () => socket.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { address: { host: '127.0.0.1', port }, connections: () => connections, received };
}

test('a stranger who wants to serve, and was not asked to, is let go and hears nothing', async () => {
  const stranger = await newDevice(cluster.directory, 'stranger');
  for (const identity of [stranger, mallory.identity]) {
    const connection = await dialRaw(identity, bobsPort);
    let heard = 0;
    const closed = new Promise((resolve) => {
      connection.start({
        frame: ({ length }) => {
          heard += length;
        },
        closed: resolve,
      });
    });
    connection.send(encodeMessage({ type: 'hello', protocol: 1, role: 'serve' }));
    await closed;
    expect(heard).toBe(0);
  }
});

test('nobody asks for a dial in a group that he is not in', async () => {
  await registered(cluster, 'dora').then((dora) => dora.succeed('create_group private'));
  const ask = (tracker: RawClient, group: string, device: string) => tracker.ask({ type: 'ask_dial', group, device });
  const outsider = await RawClient.connect(await newDevice(cluster.directory, 'outsider'), cluster.port(1));
  expect(codeOf(await ask(outsider, mallory.swarm.group, alicesDevice()))).toBe('not_logged_in');
  const eve = await joinRaw({ cluster, owner: alice, user: 'eve', group: 'films', file: 'film' });
  await alice.succeed('remove_member films eve');
  expect(codeOf(await ask(eve.tracker, mallory.swarm.group, alicesDevice()))).toBe('not_a_member');
  const nowhere = `${'0'.repeat(64)}.1` as GroupId;
  const tracker = await asMallory();
  expect(codeOf(await ask(tracker, nowhere, alicesDevice()))).toBe('no_such_group');
  expect(await ask(tracker, mallory.swarm.group, '0'.repeat(64))).toMatchObject({ outcome: 'not_sharing' });
  await tracker.close();
});

test('who says that he is somewhere else has nobody knock there but a tracker, a few times, and with nothing to say', async () => {
  const victim = await bystander();
  const { group } = mallory.swarm;
  for (let time = 0; time < 2 * MAX_REACH_CHECKS_PER_DEVICE; time++) {
    const hello = { token: mallory.token, address: victim.address };
    const raw = await RawClient.connect(mallory.identity, cluster.port(1), hello);
    await expect
      .poll(() => raw.pushed)
      .toContainEqual({ type: 'reachability', address: victim.address, reachable: false });
    const asked = await raw.ask({ type: 'ask_dial', group, device: alicesDevice() });
    expect(asked).toMatchObject({ outcome: 'unreachable' });
    await raw.close();
  }
  expect(victim.connections()).toBe(MAX_REACH_CHECKS_PER_DEVICE);
  // A TLS handshake record (22) that holds a ClientHello (1), and nothing behind it.
  expect(victim.received.map((bytes) => [bytes[0], bytes[5]])).toEqual(
    Array.from({ length: MAX_REACH_CHECKS_PER_DEVICE }, () => [22, 1]),
  );
});

test('who is not logged in has nobody knock anywhere', async () => {
  const victim = await bystander();
  const raw = await RawClient.connect(await newDevice(cluster.directory, 'nobody'), cluster.port(1), {
    address: victim.address,
  });
  // Where somebody is logged in, and came later, it has been done by now.
  const hello = { token: mallory.token, address: { host: '127.0.0.1', port: bobsPort } };
  const later = await RawClient.connect(mallory.identity, cluster.port(2), hello);
  await expect.poll(() => later.pushed).toMatchObject([{ type: 'reachability', reachable: false }]);
  await later.close();
  expect(victim.connections()).toBe(0);
  await raw.close();
});

test('trackers say nothing of it, and everybody gets the film', async () => {
  await bob.succeed('download_file films film copy');
  expect(await bob.succeed('wait')).toEqual({ complete: 1, failed: 0 });
  expect(await sha256OfFile(join(cluster.directory, 'copy'))).toBe(await sha256OfFile(join(cluster.directory, 'film')));
  for (const number of [1, 2]) {
    const { output, errors } = cluster.tracker(number);
    expect(errors.lines).toEqual([]);
    expect(output.lines.filter((line) => /^(error|warn)/.test(line))).toEqual([]);
  }
});
