/** `tracker audit` of real directories: what two trackers have kept is the same, line by line, and any damage is found. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, Program, registered } from '@p2p/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TrackerRow, untilAgreed } from './agreement.js';

let cluster: Cluster;
let ann: ClientProgram;
let agreed: readonly TrackerRow[];

beforeAll(async () => {
  cluster = await Cluster.start();
  ann = await registered(cluster, 'ann');
  const ben = await registered(cluster, 'ben', [`127.0.0.1:${cluster.port(2)}`]);
  await ann.succeed('create_group films');
  await ben.succeed('join_group films');
  await ann.succeed('accept_request films ben');
  agreed = await untilAgreed(ann);
});
afterAll(() => cluster.stop());

const directoryOf = (number: number) => join('.p2p', `tracker-${number}`);

/** The exit code, and what was printed. */
async function audit(...words: string[]) {
  const program = cluster.own(new Program('tracker', { words: ['audit', ...words], directory: cluster.directory }));
  const exitCode = await program.bounded(program.ended, 'auditing');
  return { exitCode, lines: program.output.lines, errors: program.errors.lines };
}

test('may be made while a tracker runs', async () => {
  expect(await audit(directoryOf(1))).toMatchObject({ exitCode: 0, errors: [] });
});

test('lists the same of both trackers, and comes to the digest that they gave', async () => {
  await Promise.all([cluster.tracker(1).stop(), cluster.tracker(2).stop()]);
  const one = await audit(directoryOf(1));
  expect(one).toMatchObject({ exitCode: 0, errors: [] });
  const { operations, digest } = agreed[0] as TrackerRow;
  expect(one.lines).toHaveLength((operations ?? 0) + 1);
  expect(one.lines.at(-1)).toBe(`whole: ${operations} final operations, digest ${digest}`);
  expect(one.lines.join('\n')).toMatch(/ ben request_membership group="films" user="ben"\n.* ann accept_membership /);
  expect((await audit(directoryOf(2))).lines).toEqual(one.lines);
});

test('prints a line of JSON for each, and the verdict', async () => {
  const { exitCode, lines } = await audit(directoryOf(2), '--json');
  expect(exitCode).toBe(0);
  const rows = lines.map((line) => JSON.parse(line));
  const { operations, digest } = agreed[0] as TrackerRow;
  expect(rows.at(-1)).toEqual({ ok: true, count: operations, digest, open: 0 });
  expect(rows.at(-2)).toMatchObject({ count: operations, digest, kind: 'accept_membership', actor: 'ann' });
});

test('finds a byte that was changed, and changes nothing itself', async () => {
  const directory = join(cluster.directory, directoryOf(1));
  const journal = (await readdir(directory)).find((file) => file.includes('journal')) ?? '';
  const bytes = await readFile(join(directory, journal));
  bytes[bytes.indexOf('films')] = 'F'.charCodeAt(0);
  await writeFile(join(directory, journal), bytes);
  const { exitCode, errors } = await audit(directoryOf(1));
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringContaining(join(directoryOf(1), journal))]);
  expect(await readFile(join(directory, journal))).toEqual(bytes);
});

test('needs a directory of a tracker', async () => {
  expect(await audit('nowhere/')).toMatchObject({ exitCode: 2, errors: [expect.stringContaining('no directory')] });
  await cluster.folder('empty');
  expect(await audit('empty')).toMatchObject({
    exitCode: 2,
    errors: [expect.stringContaining('nothing of a tracker')],
  });
  expect(await audit()).toMatchObject({ exitCode: 2, errors: [expect.stringContaining('usage: tracker audit')] });
});
