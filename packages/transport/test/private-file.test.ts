import { execFileSync } from 'node:child_process';
import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type PrivateFileKind, readPrivateFile } from '../src/index.js';
import { temporaryFolder } from './identities.js';

const kind: PrivateFileKind = { file: 'note file', secret: 'note', damaged: 'holds no note', maxBytes: 100 };

let path: string;

beforeEach(async () => {
  path = join(await temporaryFolder(), 'note');
});

async function write(text: string, mode = 0o600): Promise<void> {
  await writeFile(path, text);
  await chmod(path, mode);
}

describe('a private file', () => {
  it('is read, and made where that is asked for', async () => {
    expect(await readPrivateFile(path, kind)).toEqual({
      ok: false,
      missing: true,
      message: `the note file ${path} does not exist`,
    });
    expect(await readPrivateFile(path, kind, () => 'secret')).toEqual({ ok: true, text: 'secret', created: true });
    expect(await readPrivateFile(path, kind, () => 'other')).toEqual({ ok: true, text: 'secret', created: false });
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it.skipIf(process.platform === 'win32')('is refused with any right of anybody else', async () => {
    const message = `other users of this machine can read the note ${path} – run: chmod 600 '${path}'`;
    for (const right of [0o040, 0o020, 0o010, 0o004, 0o002, 0o001, 0o077]) {
      await write('secret', 0o600 | right);
      expect(await readPrivateFile(path, kind)).toEqual({ ok: false, missing: false, message });
    }
    for (const mode of [0o600, 0o400, 0o700]) {
      await write('secret', 0o600);
      await chmod(path, mode);
      expect((await readPrivateFile(path, kind)).ok).toBe(true);
    }
  });

  it.skipIf(process.platform === 'win32')('may be reached by a link, whose own rights mean nothing', async () => {
    await write('secret');
    await symlink(path, `${path}-link`);
    expect(await readPrivateFile(`${path}-link`, kind)).toMatchObject({ ok: true, text: 'secret' });
    await chmod(path, 0o644);
    expect(await readPrivateFile(`${path}-link`, kind)).toMatchObject({ ok: false, missing: false });
  });

  it('has an end', async () => {
    await write('x'.repeat(kind.maxBytes));
    expect((await readPrivateFile(path, kind)).ok).toBe(true);
    await write('x'.repeat(kind.maxBytes + 1));
    expect(await readPrivateFile(path, kind)).toEqual({ ok: false, missing: false, message: `${path} holds no note` });
  });

  it.skipIf(process.platform === 'win32')('is neither a directory nor a pipe, and nobody waits for one', async () => {
    await mkdir(path);
    expect(await readPrivateFile(path, kind)).toMatchObject({ message: `${path} holds no note` });
    execFileSync('mkfifo', ['-m', '600', `${path}-pipe`]);
    expect(await readPrivateFile(`${path}-pipe`, kind)).toMatchObject({ message: `${path}-pipe holds no note` });
  });
});
