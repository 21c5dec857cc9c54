/** What an operator has done to a stopped tracker, in data directories as it has written them. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UserName } from '@p2p/protocol';
import { userByName, userOfSession } from '@p2p/state';
import { beforeEach, describe, expect, test } from 'vitest';
import { audit } from '../src/operator/audit.js';
import type { ReplicatedState } from '../src/replication/replicated-state.js';
import { device, session, WrittenDirectory } from './written-directory.js';

const user = (name: string) => ({ type: 'create_user', user: name, credential: 'a hash' });

let written: WrittenDirectory;
beforeEach(async () => {
  written = await WrittenDirectory.make();
});

const make = (trackers: number, name: string) =>
  written.running(trackers, (replicated) => written.carryOut(replicated, user(name)));

describe('a retirement', () => {
  const retire = (trackers: number, slot: number) => written.operate(trackers, { type: 'retire', slot });
  const retired = (replicated: boolean) => ({ ok: true, answer: { ok: true, done: 'retire', replicated } });

  test('lets it answer for all once it runs again', async () => {
    await written.haveMet(2);
    expect(await make(2, 'ann')).toBe(false);
    expect(await retire(2, 2)).toEqual(retired(true));
    expect(await make(2, 'ben')).toBe(true);
    await written.running(2, async ({ state }) => expect(userByName(state, 'ann')).toBeDefined());
  });

  test('waits for those that are left', async () => {
    await written.haveMet(3);
    await make(3, 'ann');
    expect(await retire(3, 2)).toEqual(retired(false));
    expect(await make(3, 'ben')).toBe(false);
    expect(await retire(3, 3)).toEqual(retired(true));
  });

  test('is refused for itself and for who is not there', async () => {
    await written.haveMet(2);
    await make(2, 'ann');
    for (const slot of [1, 3]) expect(await retire(2, slot)).toMatchObject({ ok: true, answer: { ok: false } });
    expect(await make(2, 'ben')).toBe(false);
  });

  test('needs a directory with something in it', async () => {
    await writeFile(join(written.path, 'lock'), '');
    expect(await retire(2, 2)).toMatchObject({ ok: false, message: expect.stringContaining('is empty') });
    expect(await readdir(written.path)).toEqual(['lock']);
  });
});

describe('a password reset', () => {
  const reset = (trackers: number, name: string) =>
    written.operate(trackers, { type: 'reset_password', user: name as UserName, credential: 'new hash' });
  const isIn = ({ state }: ReplicatedState) => userOfSession(state, { device, session }, Date.now()) !== undefined;

  test('is there when the tracker runs again, and the sessions are over', async () => {
    await written.haveMet(2);
    await make(2, 'ann');
    await written.running(2, async (replicated) => {
      await written.logIn(replicated, 'ann');
      expect(isIn(replicated)).toBe(true);
    });
    const answer = { ok: true, done: 'reset_credential', replicated: false };
    expect(await reset(2, 'ann')).toEqual({ ok: true, answer });
    await written.running(2, async (replicated) => {
      expect(userByName(replicated.state, 'ann')?.credential).toBe('new hash');
      expect(isIn(replicated)).toBe(false);
    });
  });

  test('is replicated where there is no other tracker', async () => {
    await make(1, 'ann');
    expect(await reset(1, 'ann')).toMatchObject({ ok: true, answer: { ok: true, replicated: true } });
  });

  test('of nobody is refused, and nothing is written', async () => {
    await make(1, 'ann');
    const journal = (await readdir(written.path)).find((name) => name.includes('journal')) as string;
    const before = await readFile(join(written.path, journal));
    expect(await reset(1, 'nobody')).toMatchObject({ ok: true, answer: { ok: false, code: 'no_such_user' } });
    expect(await readFile(join(written.path, journal))).toEqual(before);
  });

  test('is in the audit, and no hash is', async () => {
    await make(1, 'ann');
    await reset(1, 'ann');
    await written.running(1, async (replicated) => {
      await written.carryOut(replicated, user('ben'));
      await expect.poll(() => replicated.operationCount).toBe(4);
    });
    let text = '';
    const print = async (more: string) => {
      text += more;
    };
    await audit({ directory: written.path, json: true }, print);
    expect(text).toContain('"actor":null,"kind":"reset_credential","fields":{"user":"ann"}');
    expect(text).not.toContain('hash');
  });
});
