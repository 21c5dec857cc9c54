import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DirectoryLock, lockDirectory } from '../src/index.js';
import { bundleProgram, firstLine, startProgram } from './child-program.js';
import { temporaryFolder } from './identities.js';

async function held(lock: Promise<DirectoryLock>): Promise<DirectoryLock & { ok: true }> {
  const result = await lock;
  if (!result.ok) throw new Error(result.message);
  return result;
}

describe('lockDirectory', () => {
  it('gives a directory to one holder at a time', async () => {
    const folder = await temporaryFolder();
    const first = await held(lockDirectory(folder));
    expect(await lockDirectory(folder)).toEqual({ ok: false, message: `${folder} is in use by another process` });
    await first.release();
    await (await held(lockDirectory(folder))).release();
  });

  it('lets exactly one of many have it', async () => {
    const folder = await temporaryFolder();
    const all = await Promise.all(Array.from({ length: 10 }, () => lockDirectory(folder)));
    const winners = all.filter((lock) => lock.ok);
    expect(winners.length).toBe(1);
    await winners[0]?.release();
  });

  it('knows a directory by any of its names, and tells it from others', async () => {
    const folder = await temporaryFolder();
    const [real, other, alias] = [join(folder, 'real'), join(folder, 'other'), join(folder, 'alias')];
    await Promise.all([mkdir(real), mkdir(other)]);
    await symlink(real, alias);
    const lock = await held(lockDirectory(real));
    expect((await lockDirectory(alias)).ok).toBe(false);
    await (await held(lockDirectory(other))).release();
    await lock.release();
  });

  it('says so where there is no such directory', async () => {
    const missing = join(await temporaryFolder(), 'missing');
    expect(await lockDirectory(missing)).toEqual({
      ok: false,
      message: `${missing} cannot be locked: it does not exist`,
    });
  });

  it('is free again after kill -9 of the holder', async () => {
    const program = await bundleProgram(`
      import { lockDirectory } from '../src/directory-lock.js';
      const lock = await lockDirectory(process.argv[2] ?? '');
      console.log(lock.ok ? 'held' : lock.message);
      process.stdin.resume();
    `);
    const folder = await temporaryFolder();
    const holder = startProgram(program, folder);
    expect(await firstLine(holder)).toBe('held');
    expect((await lockDirectory(folder)).ok).toBe(false);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await held(lockDirectory(folder))).release();
  });
});
