/** Every command of README.md is run here as it stands there, or it is said who runs it. None can be added without. */
import { execFile } from 'node:child_process';
import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Cluster, Program, writeTestFile } from '@p2p/harness';
import { beforeAll, describe, expect, test } from 'vitest';
import { pnpmCommand } from '../../scripts/pnpm-command.mjs';
import { ownCluster } from './own-cluster.js';
import { TerminalProgram } from './terminal-program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pnpm = pnpmCommand();

/** The lines of the blocks of shell commands, without their comments. */
async function commandsOfReadme(): Promise<string[]> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.split('\n'));
  return lines.map((line) => line.replace(/(^|\s)#.*$/, '').trim()).filter((line) => line !== '');
}

/** `npx -y pnpm@10` asks the registry for pnpm, which is here already. */
const DEMO = 'npx -y pnpm@10 demo';
const TEST = 'npx -y pnpm@10 test';
const START = 'npx -y pnpm@10 start';
const TRACKER_1 = 'pnpm --filter tracker start -- tracker_info.txt 1';
const COPY_KEY = 'scp cluster.key 192.0.2.11:p2p/cluster.key';
const TRACKER_2 = 'pnpm --filter tracker start -- tracker_info.txt 2';
const CLIENT = 'pnpm --filter client start -- 192.0.2.30:9931 tracker_info.txt';

let commands: string[];

beforeAll(async () => {
  commands = await commandsOfReadme();
});

test('there is no command in README.md that is not known here, and none known that is not there', () => {
  const known = [DEMO, TEST, START, TRACKER_1, COPY_KEY, TRACKER_2, CLIENT];
  expect([...new Set(commands)].toSorted()).toEqual(known.toSorted());
});

describe('two commands', () => {
  test(`${DEMO}, with a small file instead of a large one`, async ({ signal }) => {
    const { directory } = await ownCluster(1, 'idle');
    const file = join(directory, 'film.mkv');
    await writeTestFile(file, 3_000_000);
    const [program, ...words] = pnpm;
    const run = promisify(execFile)(program, [...words, 'demo', relative(root, file)], { cwd: root, signal });
    const { stdout } = await run;
    expect(stdout).toContain(basename(file));
    expect(stdout).toContain('kill -9 of tracker 1');
    expect(stdout).toContain('Done');
  });

  test(`${TEST}, of which this is a part, is what CI runs`, async () => {
    expect(await readFile(join(root, '.ci', 'run'), 'utf8')).toContain(TEST);
  });

  test(START, async () => {
    const terminal = new TerminalProgram([...pnpm, 'start'], { directory: root });
    await terminal.shows('two trackers are running');
    await terminal.command('create_user anna long-enough');
    expect(await terminal.command('login anna long-enough')).toContain('logged in as anna');
    terminal.type('quit\r');
    expect(await terminal.exitCode).toBe(0);
  });
});

describe('three machines, here three folders', () => {
  /** A folder with a tracker_info.txt like that of the others. */
  async function machine(cluster: Cluster, name: string): Promise<string> {
    const folder = join(cluster.directory, name);
    await mkdir(folder);
    await copyFile(cluster.trackerInfo, join(folder, 'tracker_info.txt'));
    return folder;
  }

  /** Runs a command of the README, at the top of the repository, with the file of another folder. */
  function run(cluster: Cluster, command: string, folder: string): Program {
    const file = relative(root, join(folder, 'tracker_info.txt'));
    const [, ...words] = command.replace('tracker_info.txt', file).split(' ');
    const name = words.includes('tracker') ? 'tracker' : 'client';
    return cluster.own(new Program(name, { command: pnpm, words, directory: root }));
  }

  test(`${TRACKER_1} · ${COPY_KEY} · ${TRACKER_2} · ${CLIENT}`, async () => {
    const cluster = await ownCluster(2, 'idle');
    const [first, second, elsewhere] = (await Promise.all(
      ['first', 'second', 'elsewhere'].map((name) => machine(cluster, name)),
    )) as [string, string, string];

    const one = run(cluster, TRACKER_1, first);
    const fingerprint = (await one.line((line) => line.startsWith('cluster fingerprint='))).split(' ')[1] ?? '';
    await one.line((line) => line.includes('listening on'));
    await copyFile(join(first, 'cluster.key'), join(second, 'cluster.key'));
    const two = run(cluster, TRACKER_2, second);
    await two.line((line) => line.includes('linked with tracker 1'));
    await one.line((line) => line.includes('linked with tracker 2'));

    const lines = (await readFile(join(elsewhere, 'tracker_info.txt'), 'utf8')).trimEnd();
    await writeFile(join(elsewhere, 'tracker_info.txt'), lines);
    await appendFile(join(elsewhere, 'tracker_info.txt'), ` ${fingerprint}\n`);
    const client = run(cluster, CLIENT.replace('192.0.2.30:9931', '127.0.0.1:0'), elsewhere);
    client.write('create_user anna long-enough');
    client.write('login anna long-enough');
    await client.line((line) => line.includes('logged in as anna'));
    client.endInput();
    expect(await client.bounded(client.ended, 'ending')).toBe(0);
    expect(await readFile(join(elsewhere, '.p2p', 'client-1', 'device.key'), 'utf8')).toContain('PRIVATE KEY');
  });
});
