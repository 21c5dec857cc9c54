/** How a line becomes words, and which words may be names: of users, groups and files. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, registered } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let cluster: Cluster;
let ana: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start(1);
  ana = await registered(cluster, 'ana');
  await ana.succeed('create_group names');
  await writeFile(join(cluster.directory, 'clip.txt'), 'a clip');
});

afterAll(() => cluster?.stop());

describe('words are cut as by a POSIX shell, without expansion', () => {
  test.each([
    [String.raw`my\ films`, 'my films'],
    [`'my other films'`, 'my other films'],
    [`"it's mine"`, "it's mine"],
    [`it\\'s`, "it's"],
    [`a'b c'"d e"f`, 'ab cd ef'],
    [`"a\\$b"`, 'a$b'],
    ['$HOME', '$HOME'],
    [`"\${HOME}"`, `\${HOME}`],
    [`'$(date)'`, '$(date)'],
    ['`date`', '`date`'],
    ['~', '~'],
    ['{a,b}', '{a,b}'],
    ['#1', '#1'],
    ['a#b', 'a#b'],
    ['a;b', 'a;b'],
    ['a&&b', 'a&&b'],
    ['!x', '!x'],
    ['(x)', '(x)'],
    ['[x]', '[x]'],
    ['x=y', 'x=y'],
    ['--', '--'],
    ['-x', '-x'],
    [`"two  blanks"`, 'two  blanks'],
    ['x\t', 'x'],
    ['\t  y   ', 'y'],
  ])('create_group %s makes the group %s', async (typed, group) => {
    expect(await ana.succeed(`create_group ${typed}`)).toMatchObject({ group });
    // What is between single quotes means itself, as long as it holds none.
    const literal = `'${group.replaceAll("'", `'\\''`)}'`;
    expect(await ana.succeed(`delete_group ${literal}`)).toMatchObject({ group });
  });

  test.each([
    [String.raw`"a\"b"`, 'a double quote'],
    [String.raw`"a\\b"`, 'one backslash'],
    [String.raw`'a\b'`, 'a backslash, which means itself between single quotes'],
    [String.raw`"a\b"`, 'a backslash, which means itself before a letter between double quotes'],
    ["''", 'nothing, but is a word'],
  ])('%s is cut, and refused as a name: it holds %s', async (typed) => {
    expect(await ana.refused(`create_group ${typed}`)).toBe('invalid_name');
  });

  test('a path with blanks, quotes and a backslash', async () => {
    const name = `it's "odd" \\ name.txt`;
    await writeFile(join(cluster.directory, name), 'odd');
    expect(await ana.succeed(String.raw`upload_file "it's \"odd\" \\ name.txt" names --as even.txt`)).toMatchObject({
      file: 'even.txt',
      bytes: 3,
    });
  });
});

describe('names are normalised: composed and decomposed are the same', () => {
  const composed = 'Zoë Ångström';
  const decomposed = composed.normalize('NFD');

  test('users', async () => {
    const zoe = cluster.client();
    expect(await zoe.succeed(`create_user '${decomposed}' zoes-password`)).toMatchObject({ user: composed });
    expect(await zoe.refused(`create_user '${composed}' zoes-password`)).toBe('already_exists');
    expect(await zoe.succeed(`login '${decomposed}' zoes-password`)).toMatchObject({ user: composed });
    await zoe.succeed('join_group names');
    expect(await ana.succeed(`accept_request names '${decomposed}'`)).toMatchObject({ user: composed });
  });

  test('groups', async () => {
    expect(await ana.succeed(`create_group '${composed}'`)).toMatchObject({ group: composed });
    expect(await ana.refused(`create_group '${decomposed}'`)).toBe('already_exists');
    expect(await ana.succeed(`list_members '${decomposed}'`)).toMatchObject({ members: [{ user: 'ana' }] });
  });

  test('files: shared under a decomposed name, listed and asked for under the composed one', async () => {
    await writeFile(join(cluster.directory, `${decomposed}.txt`), 'decomposed');
    expect(await ana.succeed(`upload_file '${decomposed}.txt' names`)).toMatchObject({ file: `${composed}.txt` });
    const folder = await cluster.folder('copies');
    const zoe = cluster.client();
    await zoe.succeed(`login '${composed}' zoes-password`);
    for (const [typed, to] of [
      [composed, 'copies'],
      [decomposed, 'copies/second.txt'],
    ]) {
      expect(await zoe.succeed(`download_file names '${typed}.txt' ${to}`)).toMatchObject({ file: `${composed}.txt` });
      expect(await zoe.succeed('wait')).toEqual({ complete: 1, failed: 0 });
    }
    expect(await readFile(join(folder, `${composed}.txt`), 'utf8')).toBe('decomposed');
  });

  test('nothing else is made the same', async () => {
    for (const group of ['films', 'Films', 'FILMS', 'ﬁlms']) await ana.succeed(`create_group ${group}`);
    const { groups } = await ana.succeed('list_groups');
    const names = groups.map(({ group }: { group: string }) => group);
    expect(names).toEqual(expect.arrayContaining(['films', 'Films', 'FILMS', 'ﬁlms']));
  });
});

const refusedEverywhere: readonly [name: string, what: string][] = [
  ...[...'/\\:*?"<>|'].map((character): [string, string] => [`a${character}b`, character]),
  [' a', 'a leading space'],
  ['a ', 'a trailing space'],
  ['a.', 'a trailing dot'],
  ['.', 'one dot'],
  ['..', 'two dots'],
  ['', 'nothing'],
  ...['CON', 'con', 'PRN', 'AUX', 'NUL', 'COM1', 'com9', 'LPT1', 'lpt9', 'nul.txt', 'con.tar.gz'].map(
    (name): [string, string] => [name, `${name}, reserved on Windows`],
  ),
  ...([0x01, 0x07, 0x09, 0x1b, 0x7f, 0x85, 0x9f] as const).map((code) => hidden(code, 'a control character')),
  ...([0x202a, 0x202e, 0x2066, 0x2069, 0x200e, 0x200f, 0x061c] as const).map((code) => hidden(code, 'bidirectional')),
  ...['CLOCK$', 'CONIN$', 'conout$.txt', 'COM¹'].map((name): [string, string] => [
    name,
    `${name}, reserved on Windows`,
  ]),
  ...([0xad, 0x34f, 0x180b, 0x2028, 0xfe0f, 0xe0100, 0xe0041] as const).map((code) => hidden(code, 'not to be seen')),
  [hidden(0xfffd, '')[0], 'U+fffd, which stands for the unreadable'],
  ...([0x200b, 0x200c, 0x200d, 0x2060, 0xfeff] as const).map((code) => hidden(code, 'zero width')),
];

function hidden(code: number, what: string): [name: string, what: string] {
  return [`a${String.fromCodePoint(code)}b`, `U+${code.toString(16).padStart(4, '0')}, ${what}`];
}

const quoted = (name: string): string => `'${name}'`;

describe('names that are refused', () => {
  test.each(refusedEverywhere.map(([name, what]) => [what, name]))('for all kinds: %s', async (_, name) => {
    expect(await ana.refused(`create_user ${quoted(name)} long-enough`)).toBe('invalid_name');
    expect(await ana.refused(`create_group ${quoted(name)}`)).toBe('invalid_name');
    expect(await ana.refused(`upload_file clip.txt names --as ${quoted(name)}`)).toBe('invalid_name');
    expect(await ana.refused(`login ${quoted(name)} long-enough`)).toBe('invalid_name');
    expect(await ana.refused(`join_group ${quoted(name)}`)).toBe('invalid_name');
    expect(await ana.refused(`remove_file names ${quoted(name)}`)).toBe('invalid_name');
  });

  test('users and groups of more than 64 code points, files of more than 255 bytes', async () => {
    const [longest, tooLong] = ['😀'.repeat(64), '😀'.repeat(65)];
    expect(await ana.succeed(`create_user ${longest} long-enough`)).toMatchObject({ user: longest });
    expect(await ana.succeed(`create_group ${longest}`)).toMatchObject({ group: longest });
    expect(await ana.refused(`create_user ${tooLong} long-enough`)).toBe('invalid_name');
    expect(await ana.refused(`create_group ${tooLong}`)).toBe('invalid_name');
    const [longestFile, tooLongFile] = [`${'é'.repeat(126)}.md`, `${'é'.repeat(127)}.m`];
    expect(await ana.succeed(`upload_file clip.txt names --as ${longestFile}`)).toMatchObject({ file: longestFile });
    expect(await ana.refused(`upload_file clip.txt names --as ${tooLongFile}`)).toBe('invalid_name');
  });

  test.each(['a~1', 'a~22', '~2'])('%s, where a name is chosen: merges give such names', async (name) => {
    expect(await ana.refused(`create_user ${name} long-enough`)).toBe('invalid_name');
    expect(await ana.refused(`create_group ${name}`)).toBe('invalid_name');
    expect(await ana.refused(`upload_file clip.txt names --as ${name}`)).toBe('invalid_name');
    expect(await ana.refused(`upload_file clip.txt names --as ${name}.pdf`)).toBe('invalid_name');
    expect(await ana.refused(`remove_file names ${name}.pdf`), 'it may be there').toBe('no_such_file');
  });
});

describe('names that are not refused', () => {
  test.each([
    '.hidden',
    'a.b.c',
    'a~b',
    '2~',
    'a~2b',
    'a ~ 2',
    'console',
    'com10',
    '¡ñ!',
    '日本語',
    'עברית',
    '👍',
    '❤\ufe0f',
    '1\ufe0f\u20e3',
    '葛\u{e0100}城',
    '-',
    '%41',
  ])('%s', async (name) => {
    expect(await ana.succeed(`create_user ${quoted(name)} long-enough`)).toMatchObject({ user: name });
    expect(await ana.succeed(`create_group ${quoted(name)}`)).toMatchObject({ group: name });
    expect(await ana.succeed(`upload_file clip.txt names --as ${quoted(name)}`)).toMatchObject({ file: name });
  });
});

test('passwords have 8 to 1,024 bytes, whatever they are made of', async () => {
  const longest = 'é'.repeat(512);
  await ana.succeed('create_user p1 ääää');
  await ana.succeed(`create_user p2 ${longest}`);
  await ana.succeed(`create_user p3 '   \t "    '`);
  const other = cluster.client();
  expect(await other.refused('login p1 aaaa')).toBe('wrong_password');
  expect(await other.succeed('login p1 ääää')).toMatchObject({ user: 'p1' });
  await other.succeed('logout');
  expect(await other.succeed(`login p2 ${longest}`)).toMatchObject({ user: 'p2' });
  await other.succeed('logout');
  expect(await other.succeed(`login p3 '   \t "    '`)).toMatchObject({ user: 'p3' });
});
