/** Downloads that rest and go on: over restarts, log-outs and pauses, with part files that are not what they were. */
import { open, readdir, readFile, symlink, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal } from '@p2p/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DownloadStatus } from '../src/api.js';
import { patternBytes } from './pattern-bytes.js';
import { Counted, Gate, type Member, MemorySwarm } from './swarm-in-memory.js';

const PIECE = 262_144;
const bytes = patternBytes(8 * PIECE);

let swarm: MemorySwarm;
let seeder: Member;
let downloader: Member;
let path: string;

beforeEach(async () => {
  swarm = await MemorySwarm.create();
  [seeder, downloader] = [await swarm.member(), await swarm.member()];
});

const statusOf = (member: Member): DownloadStatus | undefined => member.downloads.statuses()[0];

/** The downloader has `pieces` pieces of the file, and the seeder gives no more. */
async function untilSome(pieces = 3): Promise<void> {
  const gate = new Gate(bytes, pieces * PIECE);
  await seeder.share(bytes, () => gate);
  path = await downloader.fetch(seeder);
  await expect.poll(() => statusOf(downloader)?.done).toBe(pieces * PIECE);
  await seeder.close();
  gate.open();
}

/** A seeder that counts takes the place of the one before. */
async function counting(): Promise<Counted> {
  const counted = new Counted(bytes);
  seeder = await swarm.again(seeder);
  await seeder.share(bytes, () => counted);
  swarm.know([seeder]);
  return counted;
}

async function partOf(member: Member): Promise<string> {
  const [name, ...more] = (await readdir(member.directory)).filter((each) => each.endsWith('.p2p-part'));
  if (name === undefined || more.length > 0) throw new Error('there should be one part file');
  return join(member.directory, name);
}

async function expectWhole(member: Member): Promise<void> {
  expect(await member.ended()).toMatchObject({ state: 'complete', done: bytes.length });
  expect((await readFile(path)).equals(bytes)).toBe(true);
  expect((await readdir(member.directory)).filter((name) => name.endsWith('part'))).toEqual([]);
}

describe('after a restart', () => {
  it('a download goes on where it was, and nothing verified is fetched twice', async () => {
    await untilSome();
    await downloader.close();
    const part = await partOf(downloader);
    const counted = await counting();
    downloader = await swarm.again(downloader, null);
    expect(downloader.downloads.statuses()).toEqual([]);
    downloader.downloads.setUser('somebody');
    expect(statusOf(downloader)).toMatchObject({ state: 'queued', done: 3 * PIECE, path });
    expect(await partOf(downloader)).toBe(part);
    await expectWhole(downloader);
    expect(counted.given).toBe(5 * PIECE);
  });

  it('it is offered to others again as far as it is', async () => {
    await untilSome();
    await downloader.close();
    downloader = await swarm.again(downloader);
    await expect.poll(() => downloader.library.named('films', 'a.bin')?.content.pieces.count).toBe(3);
  });

  it.each([0, 1, PIECE, PIECE + 1])('a file of %i bytes that nothing was fetched of goes on, too', async (length) => {
    const small = patternBytes(length);
    await seeder.share(small);
    if (length > 0) {
      path = await downloader.fetch();
      await downloader.close();
      swarm.know([seeder]);
      downloader = await swarm.again(downloader);
    } else {
      path = await downloader.fetch(seeder);
    }
    expect(await downloader.ended()).toMatchObject({ state: 'complete', done: length });
    expect((await readFile(path)).equals(small)).toBe(true);
  });

  it.each(['touched', 'written to', 'cut'])(
    'a part file that was %s is looked through, and what fits is kept',
    async (what) => {
      await untilSome();
      await downloader.close();
      const part = await partOf(downloader);
      const before = await readFile(part);
      const whole = [...Array(8).keys()].filter((piece) => {
        const place = [piece * PIECE, (piece + 1) * PIECE] as const;
        return before.subarray(...place).equals(bytes.subarray(...place));
      });
      expect(whole).toHaveLength(3);
      const last = whole.at(-1) ?? 0;
      if (what === 'touched') await utimes(part, 1, 1);
      if (what === 'cut') await truncate(part, last * PIECE + 5);
      if (what === 'written to') {
        const file = await open(part, 'r+');
        await file.write('x', last * PIECE + 5);
        await file.close();
      }
      const counted = await counting();
      downloader = await swarm.again(downloader);
      expect(statusOf(downloader)).toMatchObject({ done: 3 * PIECE });
      await expectWhole(downloader);
      expect(counted.given).toBe((what === 'touched' ? 5 : 6) * PIECE);
    },
  );

  it('pieces that were written after the last record are found', async () => {
    await untilSome();
    await downloader.close();
    const part = await open(await partOf(downloader), 'r+');
    await part.write(bytes, 0, 6 * PIECE, 0);
    await part.close();
    const counted = await counting();
    downloader = await swarm.again(downloader);
    await expectWhole(downloader);
    expect(counted.given).toBeLessThanOrEqual(2 * PIECE);
  });

  it('a part file that has vanished starts anew', async () => {
    await untilSome();
    await downloader.close();
    await unlink(await partOf(downloader));
    const counted = await counting();
    downloader = await swarm.again(downloader);
    await expectWhole(downloader);
    expect(counted.given).toBe(bytes.length);
  });

  it('a link in the place of the part file is not followed', async () => {
    await untilSome();
    await downloader.close();
    const part = await partOf(downloader);
    await writeFile(join(downloader.directory, 'precious'), 'mine');
    await unlink(part);
    await symlink('precious', part);
    await counting();
    downloader = await swarm.again(downloader);
    expect(await downloader.ended()).toMatchObject({ state: 'failed' });
    expect(await readFile(join(downloader.directory, 'precious'), 'utf8')).toBe('mine');
  });

  it('a file that was moved under its final name, with nothing said of it yet, is complete', async () => {
    await untilSome(8);
    await downloader.ended();
    // As a crash leaves it: the record says nothing of the end.
    await downloader.close();
    downloader = await swarm.again(downloader, null);
    const [kept] = downloader.kept.of('somebody');
    if (kept === undefined) throw new Error('nothing is remembered');
    await downloader.kept.save({ ...kept.record, state: 'queued' });
    await downloader.close();
    downloader = await swarm.again(downloader);
    await expectWhole(downloader);
    expect(downloader.library.named('films', 'a.bin')?.content.complete).toBe(true);
  });

  it('it is still known who had last what is missing', async () => {
    await untilSome();
    const pieces = () => downloader.downloads.named('films', 'a.bin')?.report().fetch?.download?.missing;
    const missing = [{ runs: [expect.anything()], lastHad: seeder.device }];
    await expect.poll(pieces).toMatchObject(missing);
    const before = pieces();
    await downloader.close();
    downloader = await swarm.again(downloader);
    await expect.poll(pieces).toEqual(before);
  });

  it('what has ended stays in the list, with its error and its sources', async () => {
    await untilSome(8);
    await downloader.ended();
    const source = [[seeder.device, bytes.length]];
    expect([...(downloader.downloads.named('films', 'a.bin')?.report().sources ?? [])]).toEqual(source);
    await downloader.close();
    downloader = await swarm.again(downloader);
    expect(statusOf(downloader)).toMatchObject({ state: 'complete', done: bytes.length, path, earlier: true });
    expect([...(downloader.downloads.named('films', 'a.bin')?.report().sources ?? [])]).toEqual(source);
    expect(await downloader.downloads.whenIdle(0)).toBe(true);
  });
});

describe('a download that is paused', () => {
  it('lets go of everybody, stays so over a restart, and goes on when it is told to', async () => {
    await untilSome();
    expect(await downloader.downloads.pause('films', 'a.bin')).toMatchObject({ state: 'paused' });
    expect(await downloader.downloads.pause('films', 'a.bin')).toMatchObject({ state: 'paused' });
    expect(statusOf(downloader)).toMatchObject({ state: 'paused', done: 3 * PIECE, peers: 0 });
    expect(await downloader.downloads.whenIdle(0)).toBe(true);
    expect(downloader.library.shared()).toEqual([]);
    const counted = await counting();
    await downloader.close();
    downloader = await swarm.again(downloader);
    expect(statusOf(downloader)).toMatchObject({ state: 'paused', done: 3 * PIECE, earlier: true });
    await downloader.downloads.resume('films', 'a.bin');
    expect(await downloader.downloads.resume('films', 'a.bin')).toBeDefined();
    await expectWhole(downloader);
    expect(counted.given).toBe(5 * PIECE);
  });

  it('cannot be asked for again, and neither paused nor resumed when it has ended', async () => {
    await seeder.share(bytes);
    path = await downloader.fetch();
    await downloader.downloads.pause('films', 'a.bin');
    const request = { group: 'films', file: 'a.bin', destination: `${downloader.directory}/again.bin` };
    expect(await downloader.downloads.start(request)).toMatchObject({ code: 'already_exists' });
    swarm.know([seeder]);
    await downloader.downloads.resume('films', 'a.bin');
    await expectWhole(downloader);
    expect(await downloader.downloads.pause('films', 'a.bin')).toBeUndefined();
    expect(await downloader.downloads.resume('films', 'a.bin')).toBeUndefined();
    expect(await downloader.downloads.cancel('films', 'a.bin')).toBeUndefined();
  });
});

describe('a download that is cancelled', () => {
  it.each(['running', 'paused'])('while it is %s leaves nothing behind, and may be asked for again', async (how) => {
    await untilSome();
    if (how === 'paused') await downloader.downloads.pause('films', 'a.bin');
    expect(await downloader.downloads.cancel('films', 'a.bin')).toMatchObject({ state: 'failed' });
    expect(downloader.downloads.statuses()).toEqual([]);
    expect(await downloader.names()).toEqual([]);
    expect(downloader.library.shared()).toEqual([]);
    await downloader.close();
    downloader = await swarm.again(downloader);
    expect(downloader.downloads.statuses()).toEqual([]);
    const counted = await counting();
    await downloader.fetch(seeder);
    await expectWhole(downloader);
    expect(counted.given).toBe(bytes.length);
  });
});

describe('a download that failed', () => {
  const noRoom = refusal('disk_full', 'no room');

  async function failedOver(reason = noRoom): Promise<void> {
    await untilSome();
    await downloader.downloads.named('films', 'a.bin')?.fail(reason);
    expect(statusOf(downloader)).toMatchObject({ state: 'failed', error: { code: reason.code } });
  }

  it.each(['asked for again', 'resumed'])('for want of room goes on where it was when it is %s', async (how) => {
    await failedOver();
    await downloader.close();
    const counted = await counting();
    downloader = await swarm.again(downloader);
    expect(statusOf(downloader)).toMatchObject({ state: 'failed', done: 3 * PIECE, error: { code: 'disk_full' } });
    if (how === 'resumed') await downloader.downloads.resume('films', 'a.bin');
    else await downloader.fetch(seeder);
    await expectWhole(downloader);
    expect(counted.given).toBe(5 * PIECE);
    expect(statusOf(downloader)?.error).toBeUndefined();
  });

  it('begins anew where it is to go elsewhere, and takes its part file with it', async () => {
    await failedOver();
    const counted = await counting();
    path = join(downloader.directory, 'elsewhere.bin');
    downloader.statuses.length = 0;
    await downloader.downloads.start({ group: 'films', file: 'a.bin', destination: path });
    await expectWhole(downloader);
    expect(counted.given).toBe(bytes.length);
    expect(await downloader.names()).toEqual(['elsewhere.bin']);
  });

  it('because the right to the file is gone keeps nothing', async () => {
    await failedOver(refusal('not_a_member'));
    expect(await downloader.names()).toEqual([]);
    expect(statusOf(downloader)).toMatchObject({ done: 0 });
  });

  it('keeps nothing where there is nothing to keep', async () => {
    await seeder.share(bytes);
    await downloader.fetch();
    await downloader.downloads.named('films', 'a.bin')?.fail(refusal('no_peers'));
    expect(await downloader.names()).toEqual([]);
  });

  it('can be cancelled, which removes what was kept', async () => {
    await failedOver();
    expect(await downloader.downloads.cancel('films', 'a.bin')).toBeDefined();
    expect(await downloader.names()).toEqual([]);
  });
});

describe('the queue', () => {
  it('runs as many as it may, and goes on when there may be more', async () => {
    await seeder.share(bytes);
    path = await downloader.fetch();
    downloader.downloads.setMaxRunning(0);
    expect(statusOf(downloader)).toMatchObject({ state: 'queued' });
    downloader.tell([seeder]);
    downloader.downloads.setMaxRunning(1);
    await expectWhole(downloader);
  });
});

it('downloads are those of the account, whatever a merge has made of its name', async () => {
  await untilSome();
  downloader.downloads.renameUser('somebody', 'somebody~2');
  await downloader.close();
  downloader = await swarm.again(downloader, 'somebody~2');
  expect(statusOf(downloader)).toMatchObject({ done: 3 * PIECE });
});

it('another user of the same client sees nothing of them, and has a list of one’s own', async () => {
  await untilSome();
  downloader.downloads.setUser('else');
  expect(downloader.downloads.statuses()).toEqual([]);
  expect(await downloader.downloads.whenIdle(0)).toBe(true);
  downloader.downloads.setUser('somebody');
  expect(downloader.downloads.statuses()).toHaveLength(1);
});
