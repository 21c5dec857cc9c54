/** What may happen to the place of a download meanwhile: swapped, planted, taken. Nothing of others is ever touched. */
import { execFileSync } from 'node:child_process';
import {
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveDestination } from '../src/fetching/destination.js';
import { moveWithoutOverwriting } from '../src/fetching/move-without-overwriting.js';
import { PartFile, placeFor } from '../src/fetching/part-file.js';
import { putIntoPart } from './part-bytes.js';
import { temporaryDirectory } from './temporary-directory.js';

let directory: string;
const inDirectory = (...names: string[]): string => join(directory, ...names);

beforeEach(async () => {
  directory = await temporaryDirectory();
});

async function partAt(path: string): Promise<PartFile> {
  const opened = await PartFile.open(placeFor(path));
  if (!opened.ok) throw new Error(opened.message);
  const { part } = opened;
  await putIntoPart(dirname(path), 0, Buffer.from('verified'));
  return part;
}

async function temporaryNameIn(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((each) => each.endsWith('.p2p-part'));
  if (name === undefined) throw new Error('there is no part file');
  return name;
}

describe('the directory of a download', () => {
  it('may be reached by a link: that is the choice of whoever named it', async () => {
    await mkdir(inDirectory('real'));
    await symlink('real', inDirectory('link'));
    expect(await resolveDestination(inDirectory('link'), 'a')).toEqual({ ok: true, path: inDirectory('link', 'a') });
    const part = await partAt(inDirectory('link', 'a'));
    expect(await part.publish()).toMatchObject({ ok: true });
    await part.close();
    expect(await readFile(inDirectory('real', 'a'), 'utf8')).toBe('verified');
  });

  it.each(['a link to another', 'another directory', 'nothing'])(
    'that has become %s gets nothing, and what was fetched takes no room',
    async (what) => {
      await mkdir(inDirectory('target'));
      await mkdir(inDirectory('elsewhere'));
      const part = await partAt(inDirectory('target', 'a'));
      await rename(inDirectory('target'), inDirectory('moved'));
      if (what === 'a link to another') await symlink('elsewhere', inDirectory('target'));
      if (what === 'another directory') await mkdir(inDirectory('target'));
      expect(await part.publish()).toMatchObject({
        ok: false,
        code: 'destination_unwritable',
        message: expect.stringContaining('was moved, or replaced'),
      });
      await part.discard();
      expect(await readdir(inDirectory('elsewhere'))).toEqual([]);
      if (what !== 'nothing') expect(await readdir(inDirectory('target'))).toEqual([]);
      const [left = ''] = await readdir(inDirectory('moved'));
      expect((await stat(inDirectory('moved', left))).size).toBe(0);
    },
  );

  it('may come back, and a link that leads to it again is no other', async () => {
    await mkdir(inDirectory('target'));
    const part = await partAt(inDirectory('target', 'a'));
    await rename(inDirectory('target'), inDirectory('moved'));
    await symlink('moved', inDirectory('target'));
    expect(await part.publish()).toMatchObject({ ok: true });
    await part.close();
    expect(await readdir(inDirectory('moved'))).toEqual(['a']);
  });
});

describe('in the place of a file in the making', () => {
  it.each(['a file', 'a link to a secret', 'a directory', 'a hard link to another file'])(
    '%s is not taken for it, nor removed with it',
    async (what) => {
      await writeFile(inDirectory('secret'), 'secret');
      const part = await partAt(inDirectory('a'));
      const planted = inDirectory(await temporaryNameIn(directory));
      await unlink(planted);
      if (what === 'a file') await writeFile(planted, 'planted');
      if (what === 'a link to a secret') await symlink('secret', planted);
      if (what === 'a directory') await mkdir(planted);
      if (what === 'a hard link to another file') await link(inDirectory('secret'), planted);
      expect(await part.publish()).toMatchObject({ ok: false, code: 'destination_unwritable' });
      await part.discard();
      expect(await readFile(inDirectory('secret'), 'utf8')).toBe('secret');
      await lstat(planted);
      await expect(lstat(inDirectory('a'))).rejects.toThrow('ENOENT');
    },
  );

  it('nobody else’s is used: each has a name of its own, made new', async () => {
    const first = await partAt(inDirectory('a'));
    const name = await temporaryNameIn(directory);
    const second = await partAt(inDirectory('a'));
    expect((await readdir(directory)).filter((each) => each !== name)).toHaveLength(1);
    expect(await first.publish()).toMatchObject({ ok: true });
    expect(await second.publish()).toMatchObject({ code: 'destination_exists' });
    await Promise.all([first.discard(), second.discard()]);
    expect(await readdir(directory)).toEqual(['a']);
    expect(await readFile(inDirectory('a'), 'utf8')).toBe('verified');
  });
});

describe('at the final name of a download', () => {
  const arrivals: Readonly<Record<string, (path: string) => unknown>> = {
    'a file': (path) => writeFile(path, 'mine'),
    'a directory': (path) => mkdir(path),
    'a link that leads nowhere': (path) => symlink('nowhere', path),
    'a link to a file': (path) => symlink('precious', path),
    'a link to itself': (path) => symlink(path, path),
    'a pipe': (path) => execFileSync('mkfifo', [path]),
  };

  it.each(Object.keys(arrivals))('%s is refused before anything is fetched', async (what) => {
    await writeFile(inDirectory('precious'), 'mine');
    await arrivals[what]?.(inDirectory('a'));
    const before = await lstat(inDirectory('a'));
    const resolved = await resolveDestination(inDirectory('a'), 'a');
    // Into a directory goes the file's own name; a link without end is nothing that can be written.
    if (what === 'a directory') expect(resolved).toEqual({ ok: true, path: inDirectory('a', 'a') });
    else expect(resolved.ok ? '' : resolved.code).toMatch(/^destination_/);
    expect((await lstat(inDirectory('a'))).ino).toBe(before.ino);
  });

  it.each(Object.keys(arrivals))('%s that has come meanwhile stays as it is', async (what) => {
    await writeFile(inDirectory('precious'), 'mine');
    const part = await partAt(inDirectory('a'));
    await arrivals[what]?.(inDirectory('a'));
    const before = await lstat(inDirectory('a'));
    expect(await part.publish()).toMatchObject({ ok: false, code: 'destination_exists' });
    await part.discard();
    const after = await lstat(inDirectory('a'));
    expect([after.ino, after.size, after.mtimeMs]).toEqual([before.ino, before.size, before.mtimeMs]);
    expect((await readdir(directory)).sort()).toEqual(['a', 'precious']);
    expect(await readFile(inDirectory('precious'), 'utf8')).toBe('mine');
    if (what === 'a link that leads nowhere') expect(await readlink(inDirectory('a'))).toBe('nowhere');
  });

  it('a path with a null byte is refused like any other that cannot be', async () => {
    expect(await resolveDestination(inDirectory('a\0b'), 'a')).toMatchObject({ code: 'destination_unwritable' });
  });
});

describe('where a file system has no hard links', () => {
  const noLinks = () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM', errno: -1 }));

  it('a file is moved all the same, and overwrites nothing', async () => {
    await writeFile(inDirectory('from'), 'new');
    expect(await moveWithoutOverwriting(inDirectory('from'), inDirectory('to'), noLinks)).toBe(true);
    expect(await readdir(directory)).toEqual(['to']);
    await writeFile(inDirectory('from'), 'newer');
    await symlink('nowhere', inDirectory('link'));
    for (const taken of ['to', 'link']) {
      expect(await moveWithoutOverwriting(inDirectory('from'), inDirectory(taken), noLinks)).toBe(false);
    }
    expect(await readFile(inDirectory('to'), 'utf8')).toBe('new');
  });

  it('a move that fails leaves no empty file in its place', async () => {
    await expect(moveWithoutOverwriting(inDirectory('missing'), inDirectory('to'), noLinks)).rejects.toThrow('ENOENT');
    expect(await readdir(directory)).toEqual([]);
  });
});
