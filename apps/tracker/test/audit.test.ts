/** `tracker audit`, of data directories as a tracker has written them. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { audit } from '../src/operator/audit.js';
import { session, WrittenDirectory } from './written-directory.js';

let written: WrittenDirectory;
beforeEach(async () => {
  written = await WrittenDirectory.make();
});

describe('an audit', () => {
  /** What one tracker alone has done for a few people, all of it final. */
  async function write(): Promise<string> {
    return written.running(1, async (replicated) => {
      await written.carryOut(replicated, { type: 'create_user', user: 'ann', credential: 'a hash' });
      await written.logIn(replicated, 'ann');
      await written.carryOut(replicated, { type: 'create_group', group: 'films' }, session);
      const root = 'a'.repeat(64);
      const film = { type: 'share_file', group: 'films', file: 'a b.mkv', bytes: 5, pieceLength: 262_144, root };
      await written.carryOut(replicated, film, session);
      await written.carryOut(replicated, { type: 'remove_file', group: 'films', file: 'a b.mkv' }, session);
      await expect.poll(() => replicated.operationCount).toBe(6);
      return replicated.digest();
    });
  }

  async function run(json = false) {
    let text = '';
    const print = async (more: string) => {
      text += more;
    };
    const end = await audit({ directory: written.path, json }, print);
    return { ...end, lines: text.split('\n').slice(0, -1) };
  }

  test('lists what is final, each with its time, who asked and the digest, and says that all fits', async () => {
    const digest = await write();
    const { exitCode, line, lines } = await run();
    expect({ exitCode, line }).toEqual({ exitCode: 0, line: `whole: 6 final operations, digest ${digest}` });
    expect(lines.map((text) => text.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [0-9a-f]{16} /, ''))).toEqual([
      '- hello slot=1',
      '- create_user user="ann"',
      `- open_session user="ann" device="${'d'.repeat(64)}"`,
      'ann create_group group="films" owner="ann"',
      `ann share_file group="films" file="a b.mkv" bytes=5 root="${'a'.repeat(64)}"`,
      'ann remove_file group="films" file="a b.mkv"',
    ]);
    expect(lines.at(-1)).toContain(digest.slice(0, 16));
  });

  test('says the same to programs, without secrets', async () => {
    const digest = await write();
    const { exitCode, line, lines } = await run(true);
    expect({ exitCode, line }).toEqual({ exitCode: 0, line: '' });
    const rows = lines.map((text): unknown => JSON.parse(text));
    expect(rows).toHaveLength(7);
    expect(rows[1]).toMatchObject({ count: 2, actor: null, kind: 'create_user', fields: { user: 'ann' } });
    expect(rows[5]).toMatchObject({ count: 6, actor: 'ann', kind: 'remove_file', digest });
    expect(rows[6]).toEqual({ ok: true, count: 6, digest, open: 0 });
    expect(lines.join()).not.toContain('a hash');
    expect(lines.join()).not.toContain(session);
  });

  test('changes nothing', async () => {
    await write();
    const contents = async () =>
      Promise.all(
        (await readdir(written.path)).sort().map(async (file) => [file, await readFile(join(written.path, file))]),
      );
    const before = await contents();
    await run();
    expect(await contents()).toEqual(before);
  });

  test('names the file in which something is wrong', async () => {
    await write();
    const file = (await readdir(written.path)).find((name) => name.includes('journal')) as string;
    const bytes = await readFile(join(written.path, file));
    const at = bytes.indexOf('films');
    bytes.write('flims', at);
    await writeFile(join(written.path, file), bytes);
    expect(await run()).toMatchObject({ exitCode: 1, line: expect.stringContaining(join(written.path, file)) });
  });

  test('of nothing can’t be made', async () => {
    expect(await run()).toMatchObject({ exitCode: 2, line: expect.stringContaining('holds nothing') });
    await rm(written.path, { recursive: true });
    expect(await run()).toMatchObject({ exitCode: 2, line: expect.stringContaining('no directory') });
  });
});
