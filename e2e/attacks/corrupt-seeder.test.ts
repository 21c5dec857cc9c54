/**
 * Seeders who are members of the group and lie. Each of them is alone with the file at first, so that it is asked for
 * certain; then an honest one comes, and the download must end with the file, byte for byte.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, writeTestFile } from '@p2p/harness';
import { MAX_DATA_BYTES } from '@p2p/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Downloader, HostileSeeder, type Misbehaviour } from './hostile-seeder.js';

const FILE_BYTES = 1024 * 1024 + 5;
const FLOOD_FRAMES = 100;

async function flood(downloader: Downloader): Promise<void> {
  const bytes = new Uint8Array(MAX_DATA_BYTES);
  for (let sent = 0; sent < FLOOD_FRAMES && !downloader.connection.closed; sent++) {
    downloader.sendBytes(0xffff_ffff, 0, bytes);
    await downloader.connection.drained();
  }
}

const misbehaviours = {
  'wrong bytes': {
    request: ({ request, ranges }, downloader) => {
      for (const [start, end] of ranges) downloader.sendBytes(request, start, randomBytes(end - start));
    },
  },
  'one wrong bit': {
    request: ({ request, ranges }, downloader) => {
      for (const [start, end] of ranges) {
        const bytes = downloader.content.slice(start, end);
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        downloader.sendBytes(request, start, bytes);
      }
    },
  },
  'bytes of another place': {
    request: ({ request, ranges }, downloader) => {
      for (const [start] of ranges) downloader.sendBytes(request, start + 1, randomBytes(10));
    },
  },
  'more bytes than were asked for': {
    request: ({ request, ranges }, downloader) => {
      for (const [start, end] of ranges) downloader.sendBytes(request, start, randomBytes(end - start + 1));
    },
  },
  'wrong piece hashes': {
    layer: ({ channel, request, first, count }, downloader) =>
      downloader.send({ type: 'layer_hashes', channel, request, first, hashes: randomBytes(32 * count) }),
  },
  'more piece hashes than there are': {
    layer: ({ channel, request, first, count }, downloader) =>
      downloader.send({ type: 'layer_hashes', channel, request, first, hashes: randomBytes(32 * count + 32) }),
  },
  'answers without a single piece hash': {
    layer: ({ channel, request, first }, downloader) =>
      downloader.send({ type: 'layer_hashes', channel, request, first, hashes: new Uint8Array() }),
  },
  'nothing for the hashes': { layer: () => undefined },
  'nothing for the bytes': { request: () => undefined },
  'a refusal of every request': {
    request: ({ channel, request }, downloader) => downloader.send({ type: 'rejected', channel, request }),
  },
  'a refusal of the hashes': {
    layer: ({ channel, request }, downloader) => downloader.send({ type: 'rejected', channel, request }),
  },
  'a refusal of the file': {
    open: ({ channel }, downloader) => downloader.send({ type: 'refused', channel, reason: 'not_shared' }),
  },
  'pieces that the file does not have': {
    request: ({ channel }, downloader) => downloader.send({ type: 'have', channel, pieces: [5, 6, 4_000_000_000] }),
  },
  'a bitfield of the wrong length': {
    open: ({ channel }, downloader) =>
      downloader.send({ type: 'opened', channel, complete: false, pieces: randomBytes(1_000) }),
  },
  'a flood of bytes that nobody asked for': { request: (_message, downloader) => void flood(downloader) },
  noise: { open: (_message, { connection }) => connection.send(randomBytes(1_000)) },
  'a frame beyond every bound': { open: (_message, { connection }) => connection.send(new Uint8Array(3_000_000)) },
  'an end in the middle': {
    request: ({ request, ranges }, downloader) => {
      for (const [start] of ranges) downloader.sendBytes(request, start, randomBytes(100));
      downloader.connection.close();
    },
  },
} satisfies Record<string, Misbehaviour>;

type Kind = keyof typeof misbehaviours;
const kinds = Object.keys(misbehaviours) as Kind[];
const fileOf = (kind: Kind): string => `file-${kinds.indexOf(kind)}`;

/** Where nobody else has the file, a download gives up like this. */
const ofNoUse: ReadonlyMap<Kind, string> = new Map([
  ['wrong bytes', 'verification_failed'],
  ['wrong piece hashes', 'verification_failed'],
  ['nothing for the bytes', 'no_peers'],
  ['a refusal of the file', 'no_peers'],
]);

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let carol: ClientProgram;
let downloads: string;
const seeders: HostileSeeder[] = [];

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob, carol] = await gatherGroup(cluster, 'films', ['alice', 'bob', ['carol', '--give-up', '2']]);
  downloads = await cluster.folder('downloads');
  for (const kind of kinds) await offerBadly(kind);
  for (const kind of kinds) await bob.succeed(`download_file films ${fileOf(kind)} downloads/`);
  for (const kind of ofNoUse.keys())
    await carol.succeed(`download_file films ${fileOf(kind)} "${await folderFor(kind)}/"`);
  await Promise.all(seeders.map(({ misbehaved }) => misbehaved));
});
afterAll(async () => {
  await cluster.stop();
  await Promise.all(seeders.map((seeder) => seeder.stop()));
});

/** Where a download that must fail would go. */
function folderFor(kind: Kind): Promise<string> {
  return cluster.folder(`failed ${fileOf(kind)}`);
}

/** A new file in the group, which a hostile seeder alone announces. */
async function offerBadly(kind: Kind): Promise<void> {
  const file = fileOf(kind);
  const path = join(cluster.directory, file);
  await writeTestFile(path, FILE_BYTES, kinds.indexOf(kind) + 1);
  await alice.succeed(`upload_file ${file} films`);
  await alice.succeed(`stop_share films ${file}`);
  const content = await readFile(path);
  const misbehaviour = misbehaviours[kind];
  const user = `hostile-${kinds.indexOf(kind)}`;
  seeders.push(await HostileSeeder.start({ cluster, owner: alice, user, group: 'films', file, content, misbehaviour }));
}

test.each([...ofNoUse])('alone with %s a download fails with %s and leaves nothing', async (kind, code) => {
  const failed = await carol.event(({ state, file }) => state === 'failed' && file === fileOf(kind));
  expect(failed.error?.code).toBe(code);
  expect(await readdir(await folderFor(kind))).toEqual([]);
});

describe('with an honest seeder besides', () => {
  beforeAll(async () => {
    for (const kind of kinds) await alice.succeed(`upload_file ${fileOf(kind)} films`);
  });

  test.each(kinds)('%s: the file arrives as it is', async (kind) => {
    const file = fileOf(kind);
    const { path } = await bob.event((event) => event.state === 'complete' && event.file === file);
    expect(path).toBe(join(downloads, file));
    expect((await readFile(path ?? '')).equals(await readFile(join(cluster.directory, file)))).toBe(true);
  });

  test('nothing else lies in the folder', async () => {
    expect((await readdir(downloads)).sort()).toEqual(kinds.map(fileOf).sort());
  });
});
