import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makePrivateDirectory, narrowFiles } from '../src/storage/private-directory.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'p2p-tracker-'));
  onTestFinished(() => rm(directory, { recursive: true }));
});

const modeOf = async (...names: string[]): Promise<number> => (await stat(join(directory, ...names))).mode & 0o777;

describe.skipIf(process.platform === 'win32')('a data directory', () => {
  it('is made for its owner alone, with all that leads to it', async () => {
    await makePrivateDirectory(join(directory, '.p2p', 'tracker-1'));
    expect([await modeOf('.p2p'), await modeOf('.p2p', 'tracker-1')]).toEqual([0o700, 0o700]);
  });

  it('that others could enter is theirs no longer', async () => {
    await chmod(directory, 0o777);
    await makePrivateDirectory(directory);
    expect(await modeOf()).toBe(0o700);
  });

  it('gives up to nobody what a copy has made readable, and touches nothing that is not its own', async () => {
    const own = ['1.journal.1.log', '1.folded.1.log'];
    const others = ['tracker_info.txt', 'film.mkv', 'journal.log'];
    for (const name of [...own, ...others]) await writeFile(join(directory, name), '');
    for (const name of [...own, ...others]) await chmod(join(directory, name), 0o664);
    await mkdir(join(directory, '2.journal.1.log'), { mode: 0o755 });
    await symlink('film.mkv', join(directory, '3.journal.1.log'));
    expect(await narrowFiles(directory)).toBe(2);
    expect(await Promise.all(own.map((name) => modeOf(name)))).toEqual([0o600, 0o600]);
    expect(await Promise.all(others.map((name) => modeOf(name)))).toEqual([0o664, 0o664, 0o664]);
    expect(await modeOf('2.journal.1.log')).toBe(0o755);
    expect(await narrowFiles(directory)).toBe(0);
  });
});
