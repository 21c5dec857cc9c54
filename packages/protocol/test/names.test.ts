/** What users, groups and files may be called, in tables for people. */
import { describe, expect, test } from 'vitest';
import { checkName, MAX_FILE_NAME_BYTES, MAX_NAME_CODE_POINTS, type NameKind, renamedTo } from '../src/index.js';

const kinds: readonly NameKind[] = ['user', 'group', 'file'];

describe('accepted names', () => {
  const accepted = [
    'alice',
    'A',
    'Ünal Öğüt',
    '日本語',
    'ελληνικά',
    'שלום',
    '👍',
    '❤\ufe0f',
    '葛\u{e0100}城',
    'a b',
    'a.b',
    '.bashrc',
    '..a',
    'archive.tar.gz',
    '~',
    '~~',
    'a~',
    'a~b2',
    '~2b',
    'console',
    'com',
    'com10',
    'nul_',
    "it's [fine] (really) & {so} on; $x = 100% #1 @home!",
  ];
  test.each(accepted.flatMap((name) => kinds.map((of) => [of, name] as const)))('%s %j', (of, name) => {
    expect(checkName(of, name, true)).toEqual({ ok: true, name: name.normalize('NFC') });
  });

  test.each([
    ['user', 'a'.repeat(MAX_NAME_CODE_POINTS)],
    ['group', '👍'.repeat(MAX_NAME_CODE_POINTS)],
    ['file', 'a'.repeat(MAX_FILE_NAME_BYTES)],
    ['file', `${'é'.repeat(127)}a`],
  ] as const)('%s of exactly the longest length', (of, name) => {
    expect(checkName(of, name, true).ok).toBe(true);
  });

  test('a name is NFC afterwards, and its length counts as NFC', () => {
    expect(checkName('user', 'Ame\u0301lie', true)).toEqual({ ok: true, name: 'Am\u00e9lie' });
    expect(checkName('user', 'e\u0301'.repeat(MAX_NAME_CODE_POINTS), true).ok).toBe(true);
    expect(checkName('file', 'ᾂ'.normalize('NFD').repeat(85), true).ok).toBe(true);
  });
});

describe('refused names', () => {
  const refused = [
    '',
    ' ',
    '.',
    '..',
    '...',
    ' a',
    'a ',
    '\u00a0a',
    'a\u3000',
    'a.',
    'a/b',
    'a\\b',
    'C:',
    'a*',
    'a?',
    'a"b',
    '<a>',
    'a|b',
    '../etc/passwd',
    'a\0b',
    'a\nb',
    'a\x7f',
    'a\u0085b',
    'a\u2028b',
    'a\u2029b',
    'a\u00adb',
    'a\u200bb',
    'a\u200db',
    'a\u200eb',
    'a\u061cb',
    'a\u202eb',
    'a\u2066b',
    'a\u2060b',
    '\ufeffa',
    'a\u180eb',
    'a\u3164',
    'a\u{e0041}b',
    'a\u{1d173}b',
    'a\ufffbb',
    '\ud800',
    'a\udc00b',
    'con',
    'CON',
    'Con.txt',
    'nul.tar.gz',
    'prn .txt',
    'aux',
    'com1',
    'COM¹.log',
    'lpt9.x',
    'conin$',
    'CONOUT$.txt',
  ];
  test.each(refused.flatMap((name) => kinds.map((of) => [of, name] as const)))('%s %j', (of, name) => {
    expect(checkName(of, name, false).ok).toBe(false);
    expect(checkName(of, name, true).ok).toBe(false);
  });

  test.each([
    ['user', 'a'.repeat(MAX_NAME_CODE_POINTS + 1)],
    ['group', '👍'.repeat(MAX_NAME_CODE_POINTS + 1)],
    ['file', 'a'.repeat(MAX_FILE_NAME_BYTES + 1)],
    ['file', 'é'.repeat(128)],
    // U+FB2C is three code points in NFC.
    ['user', '\ufb2c'.repeat(22)],
    ['file', 'e\u0301'.repeat(1_000_000)],
  ] as const)('%s that is too long', (of, name) => {
    expect(checkName(of, name, true).ok).toBe(false);
  });

  test.each([
    ['user', 'alice~2'],
    ['group', 'films~10'],
    ['user', '~2'],
    ['user', 'a.b~2'],
    ['file', 'a~2.mkv'],
    ['file', 'a~2'],
    ['file', 'a.tar~3.gz'],
    // No merge makes this one: to a person it looks as if.
    ['file', `a~2.${'x'.repeat(40)}`],
    ['file', '.bashrc~2'],
  ] as const)('%s %j looks like a merge, and is only refused where it is chosen', (of, name) => {
    expect(checkName(of, name, true).ok).toBe(false);
    expect(checkName(of, name, false)).toEqual({ ok: true, name });
  });

  test.each([
    ['user', 'alice~2.x'],
    ['group', '~2~'],
    ['file', 'a.mkv~2'],
    ['file', 'a~2.tar.gz'],
  ] as const)('%s %j has the suffix where no merge puts it, and may be chosen', (of, name) => {
    expect(checkName(of, name, true)).toEqual({ ok: true, name });
  });
});

describe('the name of the second bearer', () => {
  test.each([
    ['user', 'alice', 2, 'alice~2'],
    ['group', 'a.b', 3, 'a.b~3'],
    ['file', 'report.pdf', 2, 'report~2.pdf'],
    ['file', 'archive.tar.gz', 2, 'archive.tar~2.gz'],
    ['file', 'README', 2, 'README~2'],
    ['file', '.bashrc', 2, '.bashrc~2'],
    ['file', 'Mr. Smith goes to Washington, at length', 2, 'Mr. Smith goes to Washington, at length~2'],
    ['user', 'a'.repeat(64), 10, `${'a'.repeat(61)}~10`],
    ['user', '👍'.repeat(64), 2, `${'👍'.repeat(62)}~2`],
    ['file', `${'é'.repeat(125)}.mkv`, 2, `${'é'.repeat(124)}~2.mkv`],
  ] as const)('%s %j, %d: %j', (of, name, ordinal, expected) => {
    expect(renamedTo(of, name, ordinal)).toBe(expected);
  });

  test('leaves room for the suffix before the longest extension', () => {
    const name = `a.${'x'.repeat(MAX_FILE_NAME_BYTES - 2)}`;
    const renamed = renamedTo('file', name, 2);
    expect(checkName('file', renamed, false)).toEqual({ ok: true, name: renamed });
    expect(renamed).toBe(`a.${'x'.repeat(MAX_FILE_NAME_BYTES - 4)}~2`);
  });
});
