/** What may happen to a shared file: replaced, moved, changed. Another file's bytes are never given away. */
import { execFileSync } from 'node:child_process';
import { appendFile, link, mkdir, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { HashingPool } from '../src/hashing/hashing-pool.js';
import { SourceFile } from '../src/sharing/byte-source.js';
import { checkReadable, hashFile } from '../src/sharing/hash-file.js';
import { OpenFiles } from '../src/sharing/open-files.js';
import { temporaryDirectory } from './temporary-directory.js';

let directory: string;
const inDirectory = (...names: string[]): string => join(directory, ...names);

beforeEach(async () => {
  directory = await temporaryDirectory();
});

describe('a source', () => {
  const none = (): void => undefined;

  async function shared(path: string): Promise<{ source: SourceFile; files: OpenFiles }> {
    const hashed = await hashFile(path, none, new HashingPool());
    if (!hashed.ok) throw new Error(hashed.message);
    const files = new OpenFiles();
    return { source: new SourceFile(path, hashed.stamp, files), files };
  }

  it.each(['a directory', 'a pipe', '/dev/zero', 'a link to a pipe', 'a null byte'])('is never %s', async (what) => {
    await mkdir(inDirectory('a directory'));
    execFileSync('mkfifo', [inDirectory('a pipe')]);
    await symlink('a pipe', inDirectory('a link to a pipe'));
    const path = what.startsWith('/') ? what : what === 'a null byte' ? inDirectory('a\0b') : inDirectory(what);
    expect(await checkReadable(path)).toMatchObject({ code: 'file_unreadable' });
    expect(await hashFile(path, none, new HashingPool())).toMatchObject({ code: 'file_unreadable' });
  });

  const swaps: Readonly<Record<string, (path: string) => unknown>> = {
    'a link to a secret': (path) => symlink('secret', path),
    'a hard link to a secret': (path) => link(inDirectory('secret'), path),
    'a file of the same size and time': async (path) => {
      await writeFile(path, 'secret');
      const { atime, mtime } = await stat(inDirectory('former'));
      await utimes(path, atime, mtime);
    },
    'a pipe': (path) => execFileSync('mkfifo', [path]),
    'a directory': (path) => mkdir(path),
    'a device': (path) => symlink('/dev/zero', path),
    nothing: () => undefined,
  };

  it.each(Object.keys(swaps))('that has become %s is not read from', async (what) => {
    await writeFile(inDirectory('secret'), 'secret');
    await writeFile(inDirectory('shared'), 'shared');
    const { source, files } = await shared(inDirectory('shared'));
    await rename(inDirectory('shared'), inDirectory('former'));
    await swaps[what]?.(inDirectory('shared'));
    const target = Buffer.alloc(6);
    expect(await source.read(0, target)).toBe(false);
    await files.close();
  });

  it('whose link leads elsewhere by now is not read from', async () => {
    await writeFile(inDirectory('secret'), 'secret');
    await writeFile(inDirectory('shared'), 'shared');
    await symlink('shared', inDirectory('link'));
    const { source, files } = await shared(inDirectory('link'));
    expect(await source.read(0, Buffer.alloc(6))).toBe(true);
    await files.forget(inDirectory('link'));
    await unlink(inDirectory('link'));
    await symlink('secret', inDirectory('link'));
    expect(await source.read(0, Buffer.alloc(6))).toBe(false);
    await files.close();
  });

  it('that is open already gives what it always gave, or nothing', async () => {
    await writeFile(inDirectory('secret'), 'secret');
    await writeFile(inDirectory('shared'), 'shared');
    const { source, files } = await shared(inDirectory('shared'));
    const target = Buffer.alloc(6);
    expect(await source.read(0, target)).toBe(true);
    await rename(inDirectory('shared'), inDirectory('former'));
    await symlink('secret', inDirectory('shared'));
    expect(await source.read(0, target)).toBe(true);
    expect(target.toString()).toBe('shared');
    await appendFile(inDirectory('former'), '!');
    expect(await source.read(0, target)).toBe(false);
    await rm(inDirectory('former'));
    expect(await source.read(0, target)).toBe(false);
    await files.close();
  });
});
