/** Nobody but a member who is logged in gets a byte of a group, or anything about its files, from those who share them. */
import { join } from 'node:path';
import { type ClientProgram, Cluster, freePorts, gatherGroup, writeTestFile } from '@p2p/harness';
import { deviceId, GRANT_MS, sessionId, userId } from '@p2p/protocol';
import { type Grant, type Signer, signGrant } from '@p2p/statements';
import { type Identity, loadOrCreateIdentity } from '@p2p/transport';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newDevice } from './raw-client.js';
import { RawDownloader } from './raw-downloader.js';
import { joinRaw, type RawMember } from './raw-member.js';

let cluster: Cluster;
let alice: ClientProgram;
let port: number;
let mallory: RawMember;
let stranger: Identity;
/** Who has the cluster's key, for what no tracker would sign. */
let clusterKey: Identity;

beforeAll(async () => {
  cluster = await Cluster.start();
  [port = 0] = await freePorts(1);
  [alice] = await gatherGroup(cluster, 'films', [['alice', `127.0.0.1:${port}`]]);
  await alice.succeed('create_group private');
  await writeTestFile(join(cluster.directory, 'film'), 600_000);
  await alice.succeed('upload_file film films');
  await alice.succeed('upload_file film private');
  mallory = await joinRaw({ cluster, owner: alice, user: 'mallory', group: 'films', file: 'film' });
  stranger = await newDevice(cluster.directory);
  const loaded = await loadOrCreateIdentity(join(cluster.directory, 'cluster.key'));
  if (!loaded.ok) throw new Error(loaded.message);
  clusterKey = loaded.identity;
});
afterAll(() => cluster.stop());

/** What a grant of mallory's says, as far as a stranger could know it; signed by somebody. */
function signedBy(signer: Signer, changes: Partial<Grant> = {}): Promise<string> {
  const [, payload = ''] = mallory.swarm.grant.split('.');
  const { exp, sub, ...rest } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return signGrant(signer, { ...rest, device: sub, expires: exp * 1_000, ...changes });
}

/** Asks for all that there is of the file, and resolves when the connection has been closed. */
async function askInVain(identity: Identity, grant?: string): Promise<RawDownloader> {
  const raw = await RawDownloader.dial(identity, port, grant);
  const { group, root } = mallory.swarm;
  raw.send({ type: 'open', channel: 1, group, root });
  raw.send({ type: 'layer', channel: 1, request: 1, first: 0, count: 3 });
  raw.take(1, 3);
  await raw.closed;
  return raw;
}

describe('nothing at all is got', () => {
  const shown: Record<string, () => Promise<[Identity, string | undefined]>> = {
    'without a grant': async () => [mallory.identity, undefined],
    'by a stranger without a grant': async () => [stranger, undefined],
    'by a stranger with a captured grant': async () => [stranger, mallory.swarm.grant],
    'with a grant of one’s own making': async () => [mallory.identity, await signedBy(mallory.identity)],
    'with a grant by a stranger’s cluster': async () => [
      stranger,
      await signedBy(stranger, { device: deviceId.parse(stranger.id) }),
    ],
    'with a grant that was changed': async () => {
      const [header, payload, signature] = mallory.swarm.grant.split('.');
      const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
      const longer = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 1 })).toString('base64url');
      return [mallory.identity, [header, longer, signature].join('.')];
    },
    'with a grant that has expired': async () => [
      mallory.identity,
      await signedBy(clusterKey, { expires: Date.now() - 1_000 }),
    ],
    'with a grant by a tracker whose clock is far in the future': async () => [
      mallory.identity,
      await signedBy(clusterKey, { expires: Date.now() + 3 * GRANT_MS }),
    ],
    'with something that is no grant': async () => [mallory.identity, 'x'.repeat(4_096)],
  };

  test.each(Object.entries(shown))('%s', async (_what, make) => {
    const raw = await askInVain(...(await make()));
    expect([raw.byteCount, raw.said]).toEqual([0, []]);
  });
});

test('a member of one group gets nothing in another, though it is the same file', async () => {
  const raw = await RawDownloader.dial(mallory.identity, port, mallory.swarm.grant);
  const listed = await alice.succeed('list_files private');
  expect(listed.files).toMatchObject([{ root: mallory.swarm.root }]);
  // The next number that alice used: what a guesser would try, too.
  const [owner = '', counter = ''] = mallory.swarm.group.split('.');
  for (let step = 1; step <= 3; step++) {
    const group = `${owner}.${Number(counter) + step}`;
    raw.send({ type: 'open', channel: step, group, root: mallory.swarm.root });
  }
  expect(await raw.heard(3)).toMatchObject(
    [1, 2, 3].map((channel) => ({ type: 'refused', channel, reason: 'not_allowed' })),
  );
  expect(raw.byteCount).toBe(0);
  await raw.close();
});

test('a grant that rests on a session or a user that never was is not asked back; its device must still be the one', async () => {
  const invented = { user: userId.parse(`${'7'.repeat(64)}.1`), session: sessionId.parse('7'.repeat(64)) };
  const raw = await askInVain(stranger, await signedBy(clusterKey, invented));
  expect(raw.byteCount).toBe(0);
});

test('the member gets what it asks for', async () => {
  const raw = await RawDownloader.dial(mallory.identity, port, mallory.swarm.grant);
  const { group, root } = mallory.swarm;
  raw.send({ type: 'open', channel: 1, group, root });
  raw.take(1, 3);
  await raw.got(600_000);
  await raw.close();
});
