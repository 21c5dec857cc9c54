/** The commands that people are used to: `pnpm --filter … start`, from wherever they stand in the repository. */
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClientProgram, type Cluster, Program, registered, writeTestFile } from '@p2p/harness';
import { beforeEach, expect, test } from 'vitest';
import { pnpmCommand } from '../../scripts/pnpm-command.mjs';
import { ownCluster } from './own-cluster.js';
import { outcomeOf } from './script.js';

/** Where the user stands: neither at the top nor in an app's folder. */
const stood = dirname(fileURLToPath(import.meta.url));

let cluster: Cluster;

beforeEach(async () => {
  cluster = await ownCluster(2, 'idle');
});

/** A path of the cluster's folder as it is typed from where the user stands. */
const typed = (...parts: string[]): string => relative(stood, join(cluster.directory, ...parts));

function startTracker(number: number): Program {
  const command = [...pnpmCommand(), '--filter', 'tracker', 'start', '--'] as const;
  return cluster.own(
    new Program('tracker', { command, words: [typed('tracker_info.txt'), String(number)], directory: stood }),
  );
}

/** Without pnpm's own lines on standard output, which no program can read. */
const silently = [...pnpmCommand(), '--silent', '--filter'] as const;

test('two trackers and a client, by relative paths; Ctrl-C ends a tracker with 0', async () => {
  const trackers = [startTracker(1), startTracker(2)];
  await Promise.all(trackers.map((tracker) => tracker.line((line) => line.includes('listening on'))));
  await writeTestFile(join(cluster.directory, 'clip.bin'), 1000);

  const client = cluster.own(
    new ClientProgram({
      command: [...silently, 'client', 'start', '--'],
      words: [typed('tracker_info.txt'), '--data-dir', typed('data')],
      directory: stood,
    }),
  );
  const friend = await registered(cluster, 'ben');
  await friend.succeed('create_group films');
  await friend.succeed('upload_file clip.bin films');
  await client.succeed('create_user ana ana-password');
  await client.succeed('login ana ana-password');
  await client.succeed('join_group films');
  await friend.succeed('accept_request films ana');
  await client.succeed(`upload_file ${typed('clip.bin')} films --as again.bin`);
  await client.succeed(`download_file films clip.bin ${typed('copy.bin')}`);
  client.endInput();
  expect((await outcomeOf(client)).code).toBe(0);
  expect(await readdir(cluster.directory)).toEqual(expect.arrayContaining(['copy.bin', 'data']));

  for (const tracker of trackers) {
    // As a terminal does it: to pnpm and to the program it runs.
    tracker.signal('SIGINT');
    expect(await tracker.bounded(tracker.ended, 'ending')).toBe(0);
  }
});

test('a client’s exit code is handed on', async () => {
  const client = cluster.own(
    new ClientProgram({
      command: [...silently, 'client', 'start', '--'],
      words: [typed('missing.txt')],
      directory: stood,
    }),
  );
  expect(await client.ended).toBe(2);
});
