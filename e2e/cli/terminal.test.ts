/** The prompt, as a person has it: a real pseudo-terminal, what is typed and what is to be seen. */
import { join } from 'node:path';
import { builtPrograms, Cluster, gatherGroup, passwordOf, registered, sha256OfFile, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownCluster } from './own-cluster.js';
import { TerminalProgram } from './terminal-program.js';

const MIB = 1024 * 1024;
/** What only a terminal obeys: colours, movements of the cursor. */
const colour = '\u001b[3';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start(2);
  const [owner] = await gatherGroup(cluster, 'films', [['ana', '--stay'], 'ben']);
  await writeTestFile(join(cluster.directory, 'clip.bin'), 3 * MIB);
  await owner.succeed('upload_file clip.bin films');
});

afterAll(() => cluster?.stop());

let devices = 0;

/** A client of a new device, at its prompt. */
async function atPrompt({
  own = cluster,
  words = [],
  environment = {},
}: {
  own?: Cluster;
  words?: readonly string[];
  environment?: NodeJS.ProcessEnv;
} = {}): Promise<TerminalProgram> {
  const defaults = ['tracker_info.txt', '--data-dir', `terminals/${++devices}`];
  const terminal = new TerminalProgram([process.execPath, builtPrograms.client, ...defaults, ...words], {
    directory: own.directory,
    environment,
  });
  await terminal.prompt();
  return terminal;
}

test('a prompt; answers in words; Ctrl-D leaves with 0', async () => {
  const terminal = await atPrompt();
  expect(await terminal.command('help')).toContain('create_user <user> <password>');
  expect(await terminal.command('list_groups')).toContain('not logged in – use: login <user>');
  terminal.type('\u0004');
  expect(await terminal.exitCode).toBe(0);
});

test.each([
  ['quit', 'quit\r'],
  ['Ctrl-C', '\u0003'],
])('%s leaves with 0, also after a command was refused', async (_, keys) => {
  const terminal = await atPrompt();
  await terminal.command('frobnicate');
  terminal.type(keys);
  expect(await terminal.exitCode).toBe(0);
});

describe('passwords', () => {
  test('are asked for when left out of the line, and never shown', async () => {
    const terminal = await atPrompt();
    terminal.type('login ben\r');
    await terminal.shows('password:');
    terminal.type(passwordOf('ben'));
    terminal.type('\r');
    await terminal.shows('logged in as ben');
    expect(await terminal.command('whoami')).toContain('ben');
    expect(terminal.written).not.toContain(passwordOf('ben'));
    // Nor does it come back by the arrow keys.
    for (const _ of ['whoami', 'login ben']) terminal.type('\u001b[A');
    await terminal.shows(/p2p> login ben$/);
    expect(terminal.written).not.toContain(passwordOf('ben'));
  });

  test('a wrong one says so, and the prompt is back', async () => {
    const terminal = await atPrompt();
    terminal.type('login ben\r');
    await terminal.shows('password:');
    terminal.type('not the password\r');
    await terminal.shows('wrong user or password');
    await terminal.prompt();
    expect(terminal.written).not.toContain('not the password');
  });

  test('a new account and a change of its password', async () => {
    const terminal = await atPrompt();
    terminal.type('create_user emil\r');
    await terminal.shows('password:');
    terminal.type('first-password\r');
    await terminal.shows(/account emil/);
    expect(await terminal.command('login emil first-password')).toContain('logged in as emil');
    terminal.type('change_password\r');
    await terminal.shows('old password:');
    terminal.type('first-password\r');
    await terminal.shows('new password:');
    terminal.type('second-password\r');
    await terminal.shows('password changed');
    expect(terminal.written).not.toContain('second-password');
  });
});

test('a file is fetched: progress stands above the prompt, and what is being typed stays', async () => {
  const terminal = await atPrompt({ words: ['--download-limit', String(2 * MIB)] });
  await terminal.command(`login ben ${passwordOf('ben')}`);
  expect(await terminal.command('list_files films')).toMatch(/clip\.bin +3\.0 MiB +1 +ana/);
  await terminal.command('download_file films clip.bin from-terminal.bin');
  terminal.type('show_down');
  await terminal.shows(/\[D\] \[films\] clip\.bin +[0-9]+ % .*\np2p> show_down$/);
  await terminal.shows(/^\[C\] \[films\] clip\.bin/m);
  await terminal.until(() => terminal.bottom === 'p2p> show_down');
  expect(terminal.lines(/\[D\]/)).toEqual([]);
  terminal.type('loads\r');
  await terminal.until(() => terminal.lines(/^\[C\] \[films\] clip\.bin/).length === 2);
  const [original, copy] = ['clip.bin', 'from-terminal.bin'].map((name) => join(cluster.directory, name));
  expect(await sha256OfFile(copy ?? '')).toBe(await sha256OfFile(original ?? ''));
});

describe('colours', () => {
  test('errors have one', async () => {
    const terminal = await atPrompt();
    await terminal.command('frobnicate');
    expect(terminal.written).toContain(colour);
  });

  test.each<NodeJS.ProcessEnv>([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('none with %j', async (environment) => {
    const terminal = await atPrompt({ environment });
    await terminal.command('frobnicate');
    expect(terminal.written).not.toContain(colour);
  });
});

describe('trackers that come and go', () => {
  test('a killed one is one calm line; what is being typed stays', async () => {
    const own = await ownCluster(2);
    await registered(own, 'ana');
    const terminal = await atPrompt({ own });
    await terminal.command(`login ana ${passwordOf('ana')}`);
    terminal.type('create_group half-typ');
    await terminal.shows('p2p> create_group half-typ');
    await own.tracker(1).kill();
    await terminal.shows('tracker 1 lost, now on tracker 2');
    expect(terminal.lines(/lost/)).toEqual(['tracker 1 lost, now on tracker 2']);
    await terminal.until(() => terminal.bottom === 'p2p> create_group half-typ');
    terminal.type('ed\r');
    await terminal.shows('group half-typed made');
    expect(await terminal.command('whoami')).toContain('ana, at tracker 2');
  });

  test('none at all: the prompt is there, and what needs one says so', async () => {
    const own = await ownCluster(1, 'idle');
    const terminal = await atPrompt({ own });
    expect(await terminal.command('trackers')).toContain(String(own.ports[0]));
    await own.startTracker(1);
    await terminal.shows('connected to tracker 1');
    await terminal.prompt();
  });
});
