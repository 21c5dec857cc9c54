/** What a client shares, and what of it comes back after a restart, a log-out, a change on the disk. */
import { appendFile, mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileId, type GroupId, MAX_NOTICES_AT_ONCE } from '@p2p/protocol';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { HashingPool } from '../src/hashing/hashing-pool.js';
import { openLibrary } from '../src/library/kept-library.js';
import { Library } from '../src/library/library.js';
import { RecordStore } from '../src/library/record-store.js';
import { Shares } from '../src/library/shares.js';
import { hashFile } from '../src/sharing/hash-file.js';
import { OpenFiles } from '../src/sharing/open-files.js';
import { patternBytes } from './pattern-bytes.js';
import { temporaryDirectory } from './temporary-directory.js';

const PIECE = 262_144;
const group = `${'a'.repeat(64)}.0` as GroupId;
const idOf = (number: number): FileId => `${'b'.repeat(64)}.${number}` as FileId;

let directory: string;
const inDirectory = (name: string): string => join(directory, name);

beforeEach(async () => {
  directory = await temporaryDirectory();
});

async function fileOf(name: string, bytes: number): Promise<string> {
  await writeFile(inDirectory(name), patternBytes(bytes));
  return inDirectory(name);
}

/** One run of a client, with `user` logged in. */
async function run(user: string | undefined = 'ana') {
  const kept = await openLibrary(inDirectory('library'));
  onTestFinished(() => kept.store.close());
  const [library, files, notices] = [new Library(), new OpenFiles(), [] as string[]];
  onTestFinished(() => files.close());
  library.setUser(user);
  const shares = new Shares({ kept, library, hashing: new HashingPool(), files, notice: (line) => notices.push(line) });
  return {
    ...{ kept, library, shares, notices },
    /** Writes a file of so many bytes, and shares it under the name that it has. */
    async share(name: string, { number = 1, owner = 'ana', bytes = 3 * PIECE } = {}) {
      const hashed = await hashFile(await fileOf(name, bytes), () => undefined, new HashingPool());
      if (!hashed.ok) throw new Error(hashed.message);
      await shares.add(
        { id: idOf(number), group, groupName: 'films', name, user: owner, path: inDirectory(name) },
        hashed,
      );
      return hashed;
    },
    names: () => library.shared().map(({ name }) => name),
  };
}

describe('after a restart', () => {
  it('everything is served again that is unchanged, with the hashes that were kept', async () => {
    const first = await run();
    const { tree } = await first.share('a');
    await first.share('empty', { number: 2, bytes: 0 });
    await first.kept.store.close();
    const again = await run();
    expect(again.names()).toEqual([]);
    await again.shares.bringBack('ana');
    expect(again.names()).toEqual(['a', 'empty']);
    const content = again.library.named('films', 'a')?.content;
    expect(Buffer.from(content?.tree.layer ?? []).equals(tree.layer)).toBe(true);
    const read = Buffer.alloc(PIECE);
    expect(await content?.read(PIECE, read)).toBe(true);
    expect(read.equals(patternBytes(3 * PIECE).subarray(PIECE, 2 * PIECE))).toBe(true);
    expect(again.notices).toEqual([]);
  });

  it('only what its user shared is served', async () => {
    const first = await run();
    await first.share('of-ana');
    await first.share('of-ben', { owner: 'ben' });
    await first.kept.store.close();
    const again = await run('ben');
    await again.shares.bringBack('ben');
    expect(again.names()).toEqual(['of-ben']);
    again.library.setUser('ana');
    await again.shares.bringBack('ana');
    expect(again.names()).toEqual(['of-ana']);
  });

  it('what has changed is forgotten, and its user told what to do', async () => {
    const first = await run();
    for (const [number, name] of ['longer', 'touched', 'replaced'].entries()) await first.share(name, { number });
    await first.kept.store.close();
    await appendFile(inDirectory('longer'), 'more');
    await utimes(inDirectory('touched'), 1, 1);
    await writeFile(inDirectory('other'), patternBytes(3 * PIECE));
    await rename(inDirectory('other'), inDirectory('replaced'));
    const again = await run();
    await again.shares.bringBack('ana');
    expect(again.names()).toEqual([]);
    expect(again.notices).toEqual(
      ['longer', 'touched', 'replaced'].map((name) => expect.stringContaining(`${name} in films is no longer shared`)),
    );
    expect(again.shares.named('ana', 'films', 'longer')).toBeUndefined();
  });

  it('what is not there is remembered, and served when it has come back', async () => {
    const first = await run();
    await first.share('a');
    await first.kept.store.close();
    await rename(inDirectory('a'), inDirectory('elsewhere'));
    const again = await run();
    await again.shares.bringBack('ana');
    expect(again.notices).toEqual([expect.stringContaining('a in films is not shared now')]);
    await rename(inDirectory('elsewhere'), inDirectory('a'));
    await again.shares.bringBack('ana');
    expect(again.names()).toEqual(['a']);
  });

  it('a whole disk that is gone makes a few lines', async () => {
    const first = await run();
    await mkdir(inDirectory('disk'));
    for (let number = 0; number < 15; number++) await first.share(`disk/${number}`, { number, bytes: 10 });
    await first.kept.store.close();
    await rename(inDirectory('disk'), inDirectory('unplugged'));
    const again = await run();
    await again.shares.bringBack('ana');
    expect(again.notices).toHaveLength(MAX_NOTICES_AT_ONCE + 1);
    expect(again.notices.at(-1)).toContain('5 more files');
  });

  it('what was forgotten does not come back', async () => {
    const first = await run();
    await first.share('a');
    await first.shares.forget({ user: 'ana', id: idOf(1) });
    expect(first.names()).toEqual([]);
    await first.kept.store.close();
    const again = await run();
    await again.shares.bringBack('ana');
    expect(again.names()).toEqual([]);
  });

  it('shares are those of the account, whatever a merge has made of its name', async () => {
    const first = await run();
    await first.share('a');
    await first.shares.renameUser('ana', 'ana~2');
    await first.kept.store.close();
    const again = await run('ana~2');
    await again.shares.bringBack('ana~2');
    expect(again.names()).toEqual(['a']);
  });

  it('a file whose hashes were lost is hashed again', async () => {
    const first = await run();
    await first.share('a');
    await first.kept.store.close();
    const { store, records } = await RecordStore.open(inDirectory('library'));
    const trees = [...records.keys()].filter((key) => key.startsWith('["tree"'));
    expect(trees).toHaveLength(1);
    await store.write(trees.map((key) => [key, undefined] as const));
    await store.close();
    const again = await run();
    await again.shares.bringBack('ana');
    expect(again.names()).toEqual(['a']);
    expect(again.library.named('films', 'a')?.content.tree.layer.length).toBe(3 * 32);
  });

  it('a record that makes no sense is left out, and complained about', async () => {
    const first = await run();
    await first.share('a');
    await first.kept.store.write([['["share","ana","b"]', { header: { version: 99 }, bytes: new Uint8Array() }]]);
    await first.kept.store.close();
    const again = await run();
    expect(again.kept.complaints).toEqual([expect.stringContaining('1 of the shares and downloads')]);
    await again.shares.bringBack('ana');
    expect(again.names()).toEqual(['a']);
    await again.kept.store.close();
    expect((await run()).kept.complaints).toEqual([]);
  });
});

describe('a file that is shared twice', () => {
  it('is not hashed again while it is unchanged, and its hashes are held once', async () => {
    const first = await run();
    const { tree } = await first.share('a');
    const known = await first.shares.known(inDirectory('a'));
    expect(known?.tree).toBe(tree);
    if (known === undefined) return;
    const music = { id: idOf(2), group, groupName: 'music', name: 'b', user: 'ana', path: inDirectory('a') };
    await first.shares.add(music, known);
    expect(first.library.named('music', 'b')?.content.tree).toBe(tree);
    await first.kept.store.close();
    const { store, records } = await RecordStore.open(inDirectory('library'));
    await store.close();
    expect([...records.keys()].map((key) => JSON.parse(key)[0]).sort()).toEqual(['share', 'share', 'tree']);
    const again = await run();
    await again.shares.bringBack('ana');
    const [one, other] = again.library.shared();
    expect(one?.content.tree.layer).toBe(other?.content.tree.layer);
  });

  it('is not hashed again either when it was not shared in between', async () => {
    const first = await run();
    const { tree } = await first.share('a');
    await first.shares.forget({ id: idOf(1), user: 'ana' });
    expect(first.names()).toEqual([]);
    expect((await first.shares.known(inDirectory('a')))?.tree).toBe(tree);
  });

  it('is hashed again when it was touched', async () => {
    const first = await run();
    await first.share('a');
    await utimes(inDirectory('a'), 1, 1);
    expect(await first.shares.known(inDirectory('a'))).toBeUndefined();
  });

  it.each(['shared', 'shared until lately'])(
    'is not what it was %s as, once it was hashed to something else',
    async (until) => {
      const first = await run();
      const former = await first.share('a');
      if (until === 'shared until lately') await first.shares.forget({ id: idOf(1), user: 'ana' });
      // As if a disk had changed it by itself: nothing that is looked at tells.
      const other = await hashFile(await fileOf('b', 2 * PIECE), () => undefined, new HashingPool());
      if (!other.ok) throw new Error(other.message);
      await first.shares.disown(inDirectory('a'), former);
      expect((await first.shares.known(inDirectory('a')))?.tree, 'hashed to the same').toBe(former.tree);
      await first.shares.disown(inDirectory('a'), other);
      expect(first.names()).toEqual([]);
      expect(await first.shares.known(inDirectory('a'))).toBeUndefined();
      const lines = until === 'shared' ? [expect.stringContaining('a in films is no longer shared')] : [];
      expect(first.notices).toEqual(lines);
    },
  );

  it('leaves no hashes behind that nothing needs any more', async () => {
    const first = await run();
    await first.share('a');
    await first.shares.forget({ user: 'ana', id: idOf(1) });
    await first.kept.store.close();
    await (await run()).kept.store.close();
    const { store, records } = await RecordStore.open(inDirectory('library'));
    await store.close();
    expect(records.size).toBe(0);
  });
});

describe('a file that changes while it is served', () => {
  it('is lost once, whoever notices', async () => {
    const first = await run();
    await first.share('a');
    const file = first.library.named('films', 'a');
    if (file === undefined) throw new Error('it is not served');
    await appendFile(inDirectory('a'), 'more');
    await Promise.all([first.shares.lost(file), first.shares.lost(file)]);
    expect(first.notices).toHaveLength(1);
    expect(first.names()).toEqual([]);
  });
});
