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
import { type Downloader, HostileSeeder, type Misbehaviour, PIECE_BYTES, piecesOf } from './hostile-seeder.js';

const FILE_BYTES = 1024 * 1024 + 5;
const FLOOD_FRAMES = 100;
/** For so many who join, on a machine that has other things to do. */
const BEGINNING_MS = 240_000;

async function flood(downloader: Downloader, channel: number): Promise<void> {
  const bytes = new Uint8Array(MAX_DATA_BYTES);
  for (let sent = 0; sent < FLOOD_FRAMES && !downloader.connection.closed; sent++) {
    downloader.sendBytes(channel, 0, bytes);
    await downloader.connection.drained();
  }
}

/** Sends each piece that is offered as `change` makes it. A credit, which comes before, is taken for granted. */
function sends(change: (bytes: Uint8Array, start: number) => [offset: number, bytes: Uint8Array][]): Misbehaviour {
  return {
    credit: () => undefined,
    offer: ({ channel, add = [] }, downloader) => {
      for (const piece of piecesOf(add)) {
        for (const part of change(downloader.piece(piece), piece * PIECE_BYTES)) downloader.sendBytes(channel, ...part);
      }
    },
  };
}

function withOneWrongBit(bytes: Uint8Array): Uint8Array {
  const wrong = bytes.slice();
  wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
  return wrong;
}

const misbehaviours = {
  'wrong bytes': sends((bytes, start) => [[start, randomBytes(bytes.length)]]),
  'one wrong bit': sends((bytes, start) => [[start, withOneWrongBit(bytes)]]),
  'bytes of another place': sends((_bytes, start) => [[start + 1, randomBytes(10)]]),
  'bytes with a gap': sends((bytes, start) => [
    [start, bytes.subarray(0, 10)],
    [start + 20, bytes.subarray(20)],
  ]),
  'more bytes than a piece has': sends((bytes, start) => [[start, randomBytes(bytes.length + 1)]]),
  'bytes behind the end of the file': sends(() => [[1_000 * PIECE_BYTES, randomBytes(10)]]),
  'the beginning of every piece, and no end': sends((bytes, start) => [[start, bytes.subarray(0, 100)]]),
  'the first piece again and again': {
    offer: ({ channel }, downloader) => {
      for (let again = 0; again < 100; again++) downloader.sendBytes(channel, 0, downloader.piece(0));
    },
  },
  'what is not offered any more': {
    credit: () => undefined,
    offer: ({ channel, remove = [] }, downloader) => {
      const unwanted = remove.length > 0 ? piecesOf(remove) : [0];
      for (const piece of unwanted) downloader.sendBytes(channel, piece * PIECE_BYTES, downloader.piece(piece));
    },
  },
  'bytes before it says that it has the file': {
    open: ({ channel }, downloader) => downloader.sendBytes(channel, 0, downloader.piece(0)),
  },
  'an opening after the other': {
    offer: ({ channel }, downloader) => downloader.send({ type: 'opened', channel, complete: true }),
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
  'nothing for the bytes': { offer: () => undefined },
  'one block, and then nothing': {
    credit: () => undefined,
    offer: ({ channel, add: [[first] = [0]] = [] }, downloader) =>
      downloader.sendBytes(channel, first * PIECE_BYTES, downloader.piece(first).subarray(0, 16 * 1024)),
  },
  'a refusal of the hashes': {
    layer: ({ channel, request }, downloader) => downloader.send({ type: 'rejected', channel, request }),
  },
  'a refusal of the file': {
    open: ({ channel }, downloader) => downloader.send({ type: 'refused', channel, reason: 'not_shared' }),
  },
  'pieces that the file does not have': {
    offer: ({ channel }, downloader) => downloader.send({ type: 'have', channel, pieces: [5, 6, 4_000_000_000] }),
  },
  'a bitfield of the wrong length': {
    open: ({ channel }, downloader) =>
      downloader.send({ type: 'opened', channel, complete: false, pieces: randomBytes(1_000) }),
  },
  'a flood of bytes for no channel': { offer: (_message, downloader) => void flood(downloader, 0xffff_ffff) },
  'more bytes than it may send': { offer: ({ channel }, downloader) => void flood(downloader, channel) },
  noise: { open: (_message, { connection }) => connection.send(randomBytes(1_000)) },
  'a frame beyond every bound': { open: (_message, { connection }) => connection.send(new Uint8Array(3_000_000)) },
  'an end in the middle': {
    offer: ({ channel }, downloader) => {
      downloader.sendBytes(channel, 0, downloader.piece(0).subarray(0, 100));
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
  [alice, bob, carol] = await gatherGroup(cluster, 'films', ['alice', 'bob', ['carol', '--give-up', '8']]);
  downloads = await cluster.folder('downloads');
  for (const kind of kinds) await offerBadly(kind);
  for (const kind of kinds) await bob.succeed(`download_file films ${fileOf(kind)} downloads/`);
  for (const kind of ofNoUse.keys())
    await carol.succeed(`download_file films ${fileOf(kind)} "${await folderFor(kind)}/"`);
  await Promise.all(seeders.map(({ misbehaved }) => misbehaved));
}, BEGINNING_MS);
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
