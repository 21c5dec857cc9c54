/** What trackers tell clients: names are harmless wherever they are shown, be the tracker as hostile as it likes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkName, decodeMessage, pack, trackerMessage } from '../src/index.js';

describe('what a tracker tells a client', () => {
  const reply = (message: object) => decodeMessage(trackerMessage, pack(message));
  const rows = (file: string): object => {
    const id = `${'ab'.repeat(32)}.1`;
    const row = { file, id, bytes: 1, root: 'ab'.repeat(32), sharers: 1, by: 'alice' };
    return { type: 'list_files.ok', id: 1, files: [row], next: null };
  };

  test.each([
    ['a path', '../../.bashrc'],
    ['a path of Windows', '..\\x'],
    ['a drive', 'C:x'],
    ['an order to the terminal', 'a\u001b[2Jb'],
    ['one in a single character', 'a\u009b2Jb'],
    ['a line of its own', 'a\nb'],
    ['a return', 'a\rb'],
    ['a null byte', 'a\0b'],
    ['a turn of direction', 'a\u202etxt.exe'],
    ['an isolate', 'a\u2066b'],
    ['what is not seen', 'a\u200bb'],
    ['nothing', ''],
    ['too much', 'a'.repeat(256)],
  ])('is refused where a name is %s', (_what, name) => {
    expect(reply(rows(name)).ok).toBe(false);
    expect(reply({ type: 'whoami.ok', id: 1, user: name }).ok).toBe(false);
    expect(
      reply({ type: 'hello.ok', id: 1, slot: 1, cluster: 'ab'.repeat(32), clock: 1, user: name, successions: [] }).ok,
    ).toBe(false);
    const members = [{ user: name, owner: true, online: true }];
    expect(reply({ type: 'list_members.ok', id: 1, members, next: null }).ok).toBe(false);
    const groups = [{ group: 'g', owners: ['a', name], members: 1, member: true, requested: false }];
    expect(reply({ type: 'list_groups.ok', id: 1, groups, next: null }).ok).toBe(false);
  });

  test('may be any name that passes, and an id where none is known', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 70 })
      .map((text) => checkName('file', text, false))
      .filter((check) => check.ok);
    fc.assert(
      fc.property(name, ({ name }) => {
        expect(reply(rows(name)).ok).toBe(true);
      }),
    );
    expect(reply({ type: 'whoami.ok', id: 1, user: `${'ab'.repeat(32)}.${2 ** 53 - 1}` }).ok).toBe(true);
    for (const longest of ['a'.repeat(255), `${'ü'.repeat(127)}a`, '👍'.repeat(63)])
      expect(reply(rows(longest)).ok).toBe(true);
  });

  test('is refused where a message goes on and on', () => {
    const error = (length: number) => reply({ type: 'error', id: 1, code: 'internal', message: 'x'.repeat(length) });
    expect([error(2_000).ok, error(2_001).ok]).toEqual([true, false]);
  });
});
