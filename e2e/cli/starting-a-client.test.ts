/** Starting a client: which tracker, which address, which data directory, and what it refuses to start with. */
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ClientProgram, Cluster, freePorts, Program, passwordOf, registered, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ownCluster } from './own-cluster.js';
import { runScript } from './script.js';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start(2);
});

afterAll(() => cluster?.stop());

/** A client that is started with these words alone. */
function bareClient(words: readonly string[], directory = cluster.directory): ClientProgram {
  return cluster.own(new ClientProgram({ words, directory }));
}

const trackerInUse = async (client: ClientProgram): Promise<number | undefined> =>
  (await client.event(({ event, state }) => event === 'tracker' && state === 'connected')).number;

describe('which tracker', () => {
  test('the first of the file', async () => {
    expect(await trackerInUse(cluster.client())).toBe(1);
  });

  test('the one whose address is given; the client’s own address is then the default one', async () => {
    const words = [`127.0.0.1:${cluster.ports[1]}`, 'tracker_info.txt', '--data-dir', 'data/second'];
    const client = bareClient(words);
    expect(await trackerInUse(client)).toBe(2);
    await client.succeed(`create_user ana ${passwordOf('ana')}`);
    expect(await client.succeed(`login ana ${passwordOf('ana')}`)).toMatchObject({ tracker: 2 });
  });

  test('the next one, where the first does not run', async () => {
    const own = await ownCluster(2, 'idle');
    await own.startTracker(2);
    expect(await trackerInUse(own.client())).toBe(2);
  });

  test('the nearest tracker_info.txt upwards from where the user stands', async () => {
    const folder = await cluster.folder('deep/deeper');
    expect(await trackerInUse(bareClient(['--data-dir', 'data'], folder))).toBe(1);
    expect(await readdir(folder)).toEqual(['data']);
  });

  test('no tracker_info.txt anywhere: one line, exit code 2', async () => {
    expect(await complaint(bareClient([], '/'))).toContain('tracker_info.txt');
  });
});

describe('which address', () => {
  test('the given one is what the others dial', async () => {
    const [port] = await freePorts(1);
    const ben = await registered(cluster, 'ben', [`127.0.0.1:${port}`]);
    await downloadFrom(ben);
    // Taken now, by the client.
    expect(await complaint(bareClient([`127.0.0.1:${port}`, '--data-dir', 'data/third']))).toContain(String(port));
  });

  test('port 0 is any free one; --bind says where the socket is, and the address where it is reached', async () => {
    const [port] = await freePorts(1);
    await downloadFrom(await registered(cluster, 'cleo', ['127.0.0.1:0']));
    await downloadFrom(await registered(cluster, 'dora', [`localhost:${port}`, '--bind', `0.0.0.0:${port}`]));
  });

  /** Somebody new gets a file that `sharer` alone has. */
  async function downloadFrom(sharer: ClientProgram): Promise<void> {
    const { user } = await sharer.succeed('whoami');
    await writeTestFile(join(cluster.directory, `${user}.bin`), 100_000);
    await sharer.succeed(`create_group of-${user}`);
    await sharer.succeed(`upload_file ${user}.bin of-${user}`);
    const friend = await registered(cluster, `friend-of-${user}`, ['--give-up', '10']);
    await friend.succeed(`join_group of-${user}`);
    await sharer.succeed(`accept_request of-${user} friend-of-${user}`);
    await friend.succeed(`download_file of-${user} ${user}.bin copy-of-${user}.bin`);
    expect(await friend.succeed('wait')).toEqual({ complete: 1, failed: 0 });
    await friend.kill();
  }

  test('a port that is taken: one line, exit code 2', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await complaint(bareClient([`127.0.0.1:${port}`]))).toContain(String(port));
  });
});

describe('which data directory', () => {
  test('beside tracker_info.txt, the first that no running client holds', async () => {
    const own = await ownCluster(1);
    const start = (): ClientProgram => own.own(new ClientProgram({ directory: own.directory }));
    const first = start();
    await first.succeed('create_user ana ana-password');
    await first.succeed('login ana ana-password');
    const second = start();
    expect(await second.refused('whoami')).toBe('not_logged_in');
    expect((await readdir(join(own.directory, '.p2p'))).toSorted()).toEqual(['client-1', 'client-2', 'tracker-1']);
    await first.kill();
    // Free again after kill -9, and with it who was logged in there.
    expect(await start().succeed('whoami')).toMatchObject({ user: 'ana' });
  });

  test('a named one that is held: one line, exit code 2', async () => {
    await cluster.client([], 'held').succeed('help');
    expect(await complaint(cluster.client([], 'held'))).toContain('held');
  });
});

/** A client's one line of complaint. */
async function complaint(client: Program): Promise<string> {
  expect(await client.ended, client.transcript()).toBe(2);
  expect(client.output.lines).toEqual([]);
  expect(client.errors.lines).toHaveLength(1);
  return client.errors.lines.join();
}

describe('words', () => {
  test.each([
    ['--web, which is not there yet', ['--web', '127.0.0.1:0'], '--web'],
    ['an unknown option', ['--frobnicate'], '--frobnicate'],
    ['an option without its value', ['--give-up'], '--give-up'],
    ['no number of seconds', ['--give-up', 'soon'], 'soon'],
    ['no number of bytes', ['--upload-limit', 'much'], 'much'],
    ['no number of bytes either', ['--download-limit', '-1'], '--download-limit'],
    ['an unknown subcommand', ['frobnicate'], 'frobnicate'],
    ['a second address', ['127.0.0.1:0', '127.0.0.1:0'], '127.0.0.1:0'],
    ['an address without a port', ['127.0.0.1:'], 'port'],
    ['a port that is none', ['127.0.0.1:70000'], '70000'],
    ['no such file', ['missing.txt'], 'missing.txt'],
    ['a file too many', ['tracker_info.txt', 'other.txt'], 'other.txt'],
  ])('%s: one line, exit code 2', async (_, words, said) => {
    expect(await complaint(bareClient(words))).toContain(said);
  });

  test('a bad line of tracker_info.txt is named', async () => {
    const path = join(await cluster.folder('bad'), 'tracker_info.txt');
    await writeFile(path, '# a comment\n127.0.0.1:1\n127.0.0.1:65536\n');
    const said = await complaint(bareClient(['bad/tracker_info.txt']));
    expect(said).toContain(path);
    expect(said).toContain('line 3');
  });

  test('what a tracker_info.txt or a word orders a terminal to do is shown, and not obeyed', async () => {
    const path = join(await cluster.folder('forged'), 'tracker_info.txt');
    await writeFile(path, '127.0.0.1:\u001b[2J\u009b31m\rconnected to tracker 1\u202e\n');
    const programs = [
      bareClient(['forged/tracker_info.txt']),
      bareClient(['missing\u001b[2J.txt']),
      cluster.launchTracker(1, { trackerInfo: 'forged/tracker_info.txt' }),
    ];
    for (const program of programs) {
      expect(await program.ended).toBe(2);
      const said = [...program.output.lines, ...program.errors.lines].join('\n');
      expect(said).toContain('\\u{1b}[2J');
      expect(said).not.toMatch(/\p{Cc}(?<!\n)|\u202e/u);
    }
  });

  test('every option of this version at once, and a leading --', async () => {
    const words = '-- tracker_info.txt 127.0.0.1:0 --no-web --stay --data-dir data/all --bind 127.0.0.1:0';
    const limits = '--upload-limit 1000000 --download-limit 0 --give-up 1.5';
    const client = new Program('client', {
      words: [...words.split(' '), ...limits.split(' '), '--json'],
      directory: cluster.directory,
    });
    cluster.own(client).write('help');
    expect(await client.line((line) => line.includes('help'))).toBe('{"command":"help","ok":true,"result":{}}');
  });

  test.each(['--help', '-h'])('%s', async (word) => {
    const client = bareClient([word]);
    expect(await client.ended).toBe(0);
    expect(client.output.lines.join('\n')).toContain('client [IP:PORT] [tracker_info.txt]');
  });

  test('--version', async () => {
    const client = bareClient(['--version']);
    expect(await client.ended).toBe(0);
    expect(client.output.lines).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
  });
});

test('relative paths in commands are meant from where the user stood, ~/ from home', async () => {
  const stood = await cluster.folder('stood');
  const home = await cluster.folder('home');
  await Promise.all([writeTestFile(join(stood, 'here.bin'), 10), writeTestFile(join(home, 'there.bin'), 10)]);
  const client = cluster.own(
    new ClientProgram({
      directory: '/',
      words: ['../tracker_info.txt', '--data-dir', '~/data'],
      environment: { INIT_CWD: stood, HOME: home },
    }),
  );
  const sharer = await registered(cluster, 'fay', ['--stay']);
  await sharer.succeed('create_group places');
  for (const name of ['stood/here.bin', 'home/there.bin']) await sharer.succeed(`upload_file ${name} places`);
  await client.succeed('create_user emil emil-password');
  await client.succeed('login emil emil-password');
  await client.succeed('join_group places');
  await sharer.succeed('accept_request places emil');
  const { code } = await runScript(client, [
    'upload_file here.bin places --as mine.bin',
    'upload_file ~/there.bin places --as mine-too.bin',
    'download_file places here.bin ~/',
    'download_file places there.bin ./copy.bin',
  ]);
  expect(code, client.transcript()).toBe(0);
  expect((await readdir(home)).toSorted()).toEqual(['data', 'here.bin', 'there.bin']);
  expect((await readdir(stood)).toSorted()).toEqual(['copy.bin', 'here.bin']);
});
