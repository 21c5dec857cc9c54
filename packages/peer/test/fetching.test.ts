import { readFile, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { patternBytes } from './pattern-bytes.js';
import { corrupt, Gate, MemorySwarm } from './swarm-in-memory.js';

const PIECE = 262_144;

describe('a file', () => {
  it.each([0, 1, 16_384, 16_385, PIECE, PIECE + 1, 5 * PIECE + 77])(
    'of %i bytes arrives whole, is shared on, and leaves nothing behind',
    async (length) => {
      const swarm = await MemorySwarm.create();
      const [seeder, downloader] = [await swarm.member(), await swarm.member()];
      const bytes = patternBytes(length);
      await seeder.share(bytes);
      const path = await downloader.fetch(seeder);
      expect(await downloader.ended()).toMatchObject({ state: 'complete', done: length, bytes: length, path });
      expect((await readFile(path)).equals(bytes)).toBe(true);
      expect(await downloader.names()).toEqual(['got.bin']);
      expect(downloader.library.named('films', 'a.bin')?.content.complete).toBe(true);
    },
  );

  it('goes from one who has just fetched it to the next', async () => {
    const swarm = await MemorySwarm.create();
    const [seeder, first, second] = [await swarm.member(), await swarm.member(), await swarm.member()];
    const bytes = patternBytes(3 * PIECE);
    await seeder.share(bytes);
    await first.fetch(seeder);
    await first.ended();
    const path = await second.fetch(first);
    expect(await second.ended()).toMatchObject({ state: 'complete' });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('is copied by a client that is the only one to share it', async () => {
    const swarm = await MemorySwarm.create();
    const alone = await swarm.member();
    const bytes = patternBytes(3 * PIECE + 1);
    await alone.share(bytes);
    const path = await alone.fetch();
    expect(await alone.ended()).toMatchObject({ state: 'complete', done: bytes.length });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('is served in parts while it is still being fetched', async () => {
    const swarm = await MemorySwarm.create();
    const [seeder, first, second] = [await swarm.member(), await swarm.member(), await swarm.member()];
    const bytes = patternBytes(6 * PIECE);
    const gate = new Gate(bytes, 2 * PIECE);
    await seeder.share(bytes, () => gate);
    await first.fetch(seeder);
    await gate.waited;
    await second.fetch(first);
    expect(await second.status(({ done }) => done > 0)).toMatchObject({ state: 'downloading' });
    gate.open();
    expect(await first.ended()).toMatchObject({ state: 'complete' });
    expect(await second.ended()).toMatchObject({ state: 'complete' });
    expect(second.dialled).toHaveLength(1);
  });
});

describe('a peer', () => {
  it('that sends a wrong byte is dropped, and the piece is fetched from another', async () => {
    const swarm = await MemorySwarm.create();
    const [liar, honest, downloader] = [await swarm.member(), await swarm.member(), await swarm.member()];
    const bytes = patternBytes(8 * PIECE);
    await liar.share(bytes, () => corrupt(bytes, 3 * PIECE + 5));
    await honest.share(bytes);
    const path = await downloader.fetch(liar);
    await expect.poll(() => downloader.downloads.statuses()[0]?.peers).toBe(0);
    expect(await downloader.names()).not.toContain('got.bin');
    downloader.tell([honest, liar]);
    expect(await downloader.ended()).toMatchObject({ state: 'complete' });
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(downloader.dialled).toHaveLength(2);
  });

  it('that dies in the middle is done without', async () => {
    const swarm = await MemorySwarm.create();
    const [dying, other, downloader] = [await swarm.member(), await swarm.member(), await swarm.member()];
    const bytes = patternBytes(8 * PIECE);
    const gate = new Gate(bytes, 3 * PIECE);
    await dying.share(bytes, () => gate);
    await other.share(bytes);
    const path = await downloader.fetch(dying, other);
    await gate.waited;
    dying.die();
    expect(await downloader.ended()).toMatchObject({ state: 'complete' });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('that comes late is used at once', async () => {
    const swarm = await MemorySwarm.create();
    const [seeder, downloader] = [await swarm.member(), await swarm.member()];
    await seeder.share(patternBytes(PIECE));
    await downloader.fetch();
    expect(downloader.downloads.statuses()[0]).toMatchObject({ state: 'downloading', peers: 0 });
    downloader.tell([seeder]);
    expect(await downloader.ended()).toMatchObject({ state: 'complete' });
  });

  it('whose file was touched since it was hashed stops serving it', async () => {
    const swarm = await MemorySwarm.create();
    const [touched, downloader] = [await swarm.member(), await swarm.member()];
    const source = await touched.share(patternBytes(2 * PIECE));
    await utimes(source, 1, 1);
    await downloader.fetch(touched);
    await expect.poll(() => touched.changedFiles.length).toBe(1);
    expect(touched.library.shared()).toEqual([]);
    expect(downloader.downloads.statuses()[0]).toMatchObject({ state: 'downloading', done: 0 });
  });

  it('serves nothing while nobody is logged in', async () => {
    const swarm = await MemorySwarm.create();
    const [seeder, downloader] = [await swarm.member(), await swarm.member()];
    await seeder.share(patternBytes(2 * PIECE));
    seeder.library.setUser(undefined);
    await downloader.fetch(seeder);
    await expect.poll(() => downloader.dialled.length).toBe(1);
    seeder.library.setUser('somebody');
    expect(await downloader.ended()).toMatchObject({ state: 'complete' });
  });
});

describe('a download', () => {
  it('fails where the name was taken meanwhile, and leaves that file alone', async () => {
    const swarm = await MemorySwarm.create();
    const [seeder, downloader] = [await swarm.member(), await swarm.member()];
    await seeder.share(patternBytes(PIECE));
    const path = await downloader.fetch();
    await writeFile(path, 'mine');
    downloader.tell([seeder]);
    expect(await downloader.ended()).toMatchObject({ state: 'failed', error: { code: 'destination_exists' } });
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(await downloader.names()).toEqual(['got.bin']);
    expect(downloader.library.shared()).toEqual([]);
  });

  it('is refused while it is under way, and may be asked for again when it is complete', async () => {
    const swarm = await MemorySwarm.create();
    const [seeder, downloader] = [await swarm.member(), await swarm.member()];
    await seeder.share(patternBytes(PIECE));
    await downloader.fetch();
    const request = { group: 'films', file: 'a.bin', destination: `${downloader.directory}/again.bin` };
    expect(await downloader.downloads.start(request)).toMatchObject({ code: 'already_exists' });
    downloader.tell([seeder]);
    await downloader.ended();
    expect(
      await downloader.downloads.start({ ...request, destination: `${downloader.directory}/got.bin` }),
    ).toMatchObject({
      code: 'destination_exists',
    });
    expect(await downloader.downloads.start(request)).toMatchObject({ ok: true });
    downloader.tell([seeder]);
    expect(await downloader.downloads.whenIdle(undefined)).toBe(true);
    expect(downloader.downloads.statuses()).toMatchObject([{ state: 'complete', path: request.destination }]);
  });

  it('goes on where it was when its user logs in again', async () => {
    const swarm = await MemorySwarm.create();
    const [seeder, downloader] = [await swarm.member(), await swarm.member()];
    const bytes = patternBytes(6 * PIECE);
    const gate = new Gate(bytes, 3 * PIECE);
    await seeder.share(bytes, () => gate);
    const path = await downloader.fetch(seeder);
    await expect.poll(() => downloader.downloads.statuses()[0]?.done).toBe(3 * PIECE);
    downloader.downloads.setUser(undefined);
    expect(downloader.downloads.statuses()).toMatchObject([{ state: 'queued', done: 3 * PIECE, peers: 0 }]);
    gate.open();
    downloader.downloads.setUser('somebody');
    expect(await downloader.ended()).toMatchObject({ state: 'complete', done: bytes.length });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });
});
