/** Every refusal by its code, and which one it is where several are due. */
import { readFile } from 'node:fs/promises';
import { errorCodes } from '@p2p/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountCases } from './refusals/accounts.js';
import { fileCases } from './refusals/files.js';
import { groupCases } from './refusals/groups.js';
import type { RefusalCase } from './refusals/refusal-case.js';
import { syntaxCases, wordCounts } from './refusals/syntax.js';
import { makeWorld, type World } from './refusals/world.js';

const tables = { syntax: syntaxCases, accounts: accountCases, groups: groupCases, files: fileCases };

/** Codes that take more than a line to come by have their cases in this file. */
const circumstances = new URL('./circumstances.test.ts', import.meta.url);

/** Codes that no command can be refused with yet, or on purpose. */
const withoutCase = new Set([
  'internal', // A bug; one that is known is mended.
  'too_many_attempts', // Attempts are not counted yet.
  'limit_reached', // Met by no ordinary use.
]);

let world: World;

beforeAll(async () => {
  world = await makeWorld();
});

afterAll(() => world?.cluster.stop());

describe.each(Object.entries(tables))('%s', (_, cases) => {
  test.each(cases.map(titled))('%s', async (_title, { by, line, code }) => {
    const answer = await world.people[by].command(line);
    expect(answer).toEqual({
      command: line.split(' ', 1)[0],
      ok: false,
      error: { code, message: expect.stringMatching(/^\S.*\S$/) },
    });
  });
});

function titled(refused: RefusalCase): [title: string, refused: RefusalCase] {
  const { by, line, code, because } = refused;
  const short = line.length > 60 ? `${line.slice(0, 60)}…` : line;
  return [`${by}: ${short} → ${code}${because === undefined ? '' : ` (${because})`}`, refused];
}

test.each(wordCounts)('"%s" is told the usage', async (line, usage) => {
  const { error } = await world.people.stranger.command(line);
  expect(error?.code).toBe('bad_request');
  expect(error?.message).toContain(usage);
});

test.each([
  ['create_group "films', 'unbalanced quote'],
  ["create_group films'", 'unbalanced quote'],
  ['whoami "', 'unbalanced quote'],
  ['create_group films\\', 'backslash'],
])('%s can’t be cut: the answer names no command', async (line, fault) => {
  const answer = await world.people.ana.command(line);
  expect(answer).toEqual({
    command: null,
    ok: false,
    error: { code: 'bad_request', message: expect.stringContaining(fault) },
  });
});

test('nobody was thrown out, and nothing has changed by what was refused', async () => {
  const { ana, ben, cleo, dora, stranger } = world.people;
  for (const [user, client] of Object.entries({ ana, ben, cleo, dora })) {
    expect(await client.succeed('whoami')).toMatchObject({ user });
  }
  expect(await stranger.refused('whoami')).toBe('not_logged_in');
  expect(await ana.succeed('list_groups')).toEqual({
    groups: [{ group: 'films', owners: ['ana'], members: 2, member: true, requested: false }],
  });
  const { files } = await ana.succeed('list_files films');
  expect(files.map(({ file }: { file: string }) => file)).toEqual(['clip.bin', 'ghost.bin', 'notes.txt']);
});

test('every code of the closed table has a case, or a reason to have none', async () => {
  const inTables = new Set<string>(Object.values(tables).flatMap((cases) => cases.map(({ code }) => code)));
  const elsewhere = await readFile(circumstances, 'utf8');
  const missing = errorCodes.filter((code) => !inTables.has(code) && !elsewhere.includes(`'${code}'`));
  expect(missing).toEqual(errorCodes.filter((code) => withoutCase.has(code)));
});
