/** A script's life: one line an answer, in order, and the exit code in all the ways that it can come about. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, Program, passwordOf, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf, runScript } from './script.js';

const MIB = 1024 * 1024;
const logIn = `login ben ${passwordOf('ben')}`;

let cluster: Cluster;
let ana: ClientProgram;

beforeAll(async () => {
  cluster = await Cluster.start(2);
  [ana] = await gatherGroup(cluster, 'films', ['ana', 'ben']);
  await writeTestFile(join(cluster.directory, 'clip.bin'), 3 * MIB);
  await writeTestFile(join(cluster.directory, 'ghost.bin'), 1000);
  await ana.succeed('upload_file clip.bin films');
  await ana.succeed('upload_file ghost.bin films');
  await ana.succeed('stop_share films ghost.bin');
});

afterAll(() => cluster?.stop());

/** A destination that nobody else uses. */
let copies = 0;
const copy = (): string => `copy-${++copies}.bin`;

describe('lines', () => {
  test('one answer a command, in order; blank lines and comments have none', async () => {
    const lines = ['', '# a comment', '  ', '\t# another', 'help', 'create_group', '  whoami  ', 'frobnicate "x y"'];
    const { answers } = await runScript(cluster.client(), lines);
    expect(answers.map(({ command, ok }) => [command, ok])).toEqual([
      ['help', true],
      ['create_group', false],
      ['whoami', false],
      ['frobnicate', false],
    ]);
  });

  test('a last line needs no end, and a line may end as on Windows', async () => {
    const client = cluster.client();
    client.writeRaw(`${logIn}\r\nwhoami`);
    const { code, answers } = await runScript(client, []);
    expect(answers[1]?.result).toEqual({ user: 'ben', tracker: 1 });
    expect([code, answers.length]).toEqual([0, 2]);
  });

  test('a line that is no text, and one too long, are refused; the next ones run', async () => {
    const client = cluster.client();
    client.writeRaw(Buffer.from('create_group \xff\n', 'latin1'));
    client.write(`create_group ${'x'.repeat(1_000_000)}`);
    const { answers } = await runScript(client, ['help']);
    expect(answers.map(({ ok }) => ok)).toEqual([false, false, true]);
  });

  test('each line sees what the one before has done', async () => {
    const script = [logIn, 'create_group chain', 'list_members chain', 'delete_group chain', 'list_members chain'];
    const { answers } = await runScript(cluster.client(), script);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, false]);
  });

  test('without --json people read it: results on standard output, refusals on standard error', async () => {
    const words = ['tracker_info.txt', '--data-dir', 'clients/plain'];
    const client = cluster.own(new Program('client', { directory: cluster.directory, words }));
    client.write(logIn);
    client.write('frobnicate');
    client.write('list_groups');
    client.endInput();
    expect(await client.ended).toBe(1);
    expect(client.output.lines.join('\n')).toMatch(/ben[\s\S]*films/);
    expect(client.errors.lines.join('\n')).toContain('frobnicate');
  });
});

describe('events', () => {
  test('a tracker that is connected', async () => {
    const { events } = await runScript(cluster.client(), [logIn]);
    expect(events).toEqual([{ event: 'tracker', number: 1, state: 'connected' }]);
  });

  test('a download tells its states and how far it is, and where it lies in the end', async () => {
    const to = copy();
    const { code, answers, events } = await runScript(cluster.client(), [logIn, `download_file films clip.bin ${to}`]);
    const downloads = events.filter(({ event }) => event === 'download');
    const subject = { event: 'download', group: 'films', file: 'clip.bin', bytes: 3 * MIB };
    const [root] = (await ana.succeed('list_files films')).files.map((file: { root: string }) => file.root);
    for (const event of downloads.slice(0, -1)) {
      expect(event).toEqual({ ...subject, state: expect.stringMatching(/^(queued|downloading)$/), done: event.done });
      expect(event.done).toBeLessThanOrEqual(3 * MIB);
    }
    const path = join(cluster.directory, to);
    expect(downloads.at(-1)).toEqual({ ...subject, state: 'complete', done: 3 * MIB, path, root });
    expect(downloads.length).toBeGreaterThan(1);
    expect([code, answers.length]).toEqual([0, 2]);
  });

  test('a failed one says why', async () => {
    const client = cluster.client(['--give-up', '1']);
    const { code, events } = await runScript(client, [logIn, `download_file films ghost.bin ${copy()}`]);
    const error = { code: 'no_peers', message: expect.any(String) };
    const subject = { event: 'download', group: 'films', file: 'ghost.bin', bytes: 1000, done: 0 };
    expect(events.at(-1)).toEqual({ ...subject, state: 'failed', error });
    expect(code, 'no command failed, a download did').toBe(1);
  });
});

describe('exit code', () => {
  test('0: nothing to do', async () => {
    expect((await runScript(cluster.client(), [])).code).toBe(0);
  });

  test('1: one command was refused, all others went well', async () => {
    expect((await runScript(cluster.client(), [logIn, 'create_group films', 'whoami'])).code).toBe(1);
  });

  test('0 at the end of input: downloads are waited for', async () => {
    const to = copy();
    const { code, events } = await runScript(cluster.client(), [logIn, `download_file films clip.bin ${to}`]);
    expect([code, events.at(-1)?.state]).toEqual([0, 'complete']);
  });

  test('a failed download doesn’t make wait fail, but the exit code 1; asked for again and complete, it is 0', async () => {
    const client = cluster.client(['--give-up', '3']);
    await client.succeed(logIn);
    await client.succeed(`download_file films ghost.bin ${copy()}`);
    expect(await client.succeed('wait')).toEqual({ complete: 0, failed: 1 });
    await ana.succeed('upload_file ghost.bin films');
    await client.succeed(`download_file films ghost.bin ${copy()}`);
    expect(await client.succeed('wait')).toEqual({ complete: 1, failed: 0 });
    await ana.succeed('stop_share films ghost.bin');
    await client.succeed('stop_share films ghost.bin');
    expect((await runScript(client, [])).code).toBe(0);
  });

  test('0: quit with nothing under way; what follows it isn’t read', async () => {
    const { code, answers } = await runScript(cluster.client(), [logIn, 'quit', 'frobnicate']);
    expect([code, answers.map(({ command }) => command)]).toEqual([0, ['login', 'quit']]);
  });

  test('1: quit with a download running, which isn’t waited for', async () => {
    const script = [logIn, `download_file films ghost.bin ${copy()}`, 'quit'];
    const { code, answers } = await runScript(cluster.client(), script);
    expect([code, answers.every(({ ok }) => ok)]).toEqual([1, true]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '0 by %s: --stay shares on after the end of input until then',
    async (signal) => {
      const client = cluster.client(['--stay']);
      await client.succeed(logIn);
      await client.succeed(`upload_file clip.bin films`);
      client.endInput();
      const sharers = async () => (await ana.succeed('list_files films')).files[0].sharers;
      expect(await sharers()).toBe(2);
      client.signal(signal);
      client.signal(signal);
      expect((await outcomeOf(client)).code).toBe(0);
      expect(await sharers()).toBe(1);
    },
  );

  test('1 by SIGTERM: with --stay, when a command was refused before', async () => {
    const client = cluster.client(['--stay']);
    expect(await client.refused('frobnicate')).toBe('unknown_command');
    client.endInput();
    client.signal('SIGTERM');
    expect((await outcomeOf(client)).code).toBe(1);
  });

  test('2: it could not start', async () => {
    await mkdir(join(cluster.directory, 'bad'));
    await writeFile(join(cluster.directory, 'bad', 'tracker_info.txt'), 'nonsense\n');
    const words = ['--json', 'bad/tracker_info.txt'];
    const client = cluster.own(new Program('client', { directory: cluster.directory, words }));
    client.write('help');
    expect(await client.ended).toBe(2);
    expect(client.output.lines).toEqual([]);
    expect(client.errors.lines).toHaveLength(1);
  });
});
