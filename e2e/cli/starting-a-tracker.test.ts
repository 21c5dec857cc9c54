/** Starting and stopping a tracker: what it says, what it refuses to start with, and how it ends. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Cluster, freePorts, Program, registered } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownCluster } from './own-cluster.js';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.create(2);
});

afterAll(() => cluster?.stop());

function tracker(words: readonly string[], directory = cluster.directory): Program {
  return cluster.own(new Program('tracker', { words, directory }));
}

/** Its one line of complaint. */
async function complaint(program: Program): Promise<string> {
  expect(await program.ended, program.transcript()).toBe(2);
  expect(program.output.lines.filter((line) => line.includes('listening'))).toEqual([]);
  expect(program.errors.lines).toHaveLength(1);
  return program.errors.lines.join();
}

test('ready is one line; an absent peer is one calm line, and so is its coming', async () => {
  const one = await cluster.startTracker(1);
  const two = await cluster.startTracker(2);
  const linked = await one.line((line) => /linked.*tracker 2\b/.test(line));
  await two.line((line) => /linked.*tracker 1\b/.test(line));
  expect(one.output.lines.filter((line) => line.includes(`listening on 127.0.0.1:${cluster.ports[0]}`))).toHaveLength(
    1,
  );
  expect(one.output.lines.filter((line) => /\btracker 2\b/.test(line))).toEqual([expect.any(String), linked]);
  expect(one.errors.lines).toEqual([]);
  expect(one.output.lines.join()).toMatch(/fingerprint=sha256:[0-9a-f]{64}/);
});

describe('with both running', () => {
  let other: Server;
  let taken: number;

  beforeAll(async () => {
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    taken = typeof address === 'object' && address !== null ? address.port : 0;
  });

  afterAll(() => new Promise((resolve) => other.close(resolve)));

  /** A tracker_info.txt in a folder of its own. */
  async function infoFile(name: string, text: string): Promise<string> {
    const path = join(await cluster.folder(name), 'tracker_info.txt');
    await writeFile(path, text);
    return path;
  }

  test('a data directory that is in use', async () => {
    expect(await complaint(tracker(['tracker_info.txt', '1']))).toContain(join('.p2p', 'tracker-1'));
    const words = ['tracker_info.txt', '2', '--data-dir', '.p2p/tracker-1'];
    expect(await complaint(tracker(words))).toContain(join('.p2p', 'tracker-1'));
  });

  test('a port that is taken', async () => {
    const path = await infoFile('taken', `127.0.0.1:${taken}\n`);
    expect(await complaint(tracker([path, '1']))).toContain(String(taken));
  });

  test.each(['0', '3', '-1', '1.5', 'one', '999'])('the number %s', async (number) => {
    expect(await complaint(tracker(['tracker_info.txt', number]))).toMatch(/number|there is no|unknown/i);
  });

  test.each([
    ['127.0.0.1:1\nnonsense here\n127.0.0.1:2\n', 'line 2', 'here'],
    ['# two\n\n127.0.0.1:1\n127.0.0.1:99999\n', 'line 4', '99999'],
    ['127.0.0.1:1\n127.0.0.1\n', 'line 2', '127.0.0.1'],
    ['127.0.0.1:1\n127.0.0.1:2 fingerprint=sha256:12\n', 'line 2', 'fingerprint'],
    [
      `127.0.0.1:1 fingerprint=sha256:${'0'.repeat(64)}\nb:2 fingerprint=sha256:${'1'.repeat(64)}\n`,
      'line 2',
      'differs',
    ],
    ['127.0.0.1\n9909\n127.0.0.1\nport\n', 'line 4', 'port'],
  ])('a file with a bad line: %j', async (text, line, what) => {
    const path = await infoFile('bad-line', text);
    const said = await complaint(tracker([path, '1']));
    expect(said).toContain(path);
    expect(said).toContain(line);
    expect(said).toContain(what);
  });

  test.each([
    ['no file', ['missing.txt', '1'], 'missing.txt'],
    ['a folder', ['./', '1'], 'directory'],
    ['no tracker in it', ['empty.txt', '1'], 'empty.txt'],
    ['--metrics, which is not there yet', ['tracker_info.txt', '1', '--metrics', '127.0.0.1:0'], '--metrics'],
    ['an unknown level', ['tracker_info.txt', '1', '--log-level', 'loud'], '--log-level'],
  ])('%s', async (_, words, said) => {
    await writeFile(join(cluster.directory, 'empty.txt'), '# nobody\n');
    expect(await complaint(tracker(words))).toContain(said);
  });

  test.each([
    ['nothing at all', []],
    ['no number', ['tracker_info.txt']],
    ['a word too many', ['tracker_info.txt', '1', '2']],
    ['an unknown option', ['tracker_info.txt', '1', '--frobnicate']],
    ['an unknown subcommand', ['frobnicate']],
  ])('%s: one line, with a hint', async (_, words) => {
    expect(await complaint(tracker(words))).toMatch(/^tracker: .*(usage|subcommand|too many)/);
  });

  test('none of that has disturbed the two', async () => {
    const ana = await registered(cluster, 'ana');
    const { trackers } = await ana.succeed('trackers');
    expect(trackers).toMatchObject([{ linked: [2] }, { linked: [1] }]);
  });
});

test.each(['--help', '-h'])('%s', async (word) => {
  const program = tracker([word]);
  expect(await program.ended).toBe(0);
  expect(program.output.lines.join('\n')).toContain('tracker <tracker_info.txt> <number>');
});

test('--version', async () => {
  const program = tracker(['--version']);
  expect(await program.ended).toBe(0);
  expect(program.output.lines).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
});

test('the line that it is ready is there at any log level', async () => {
  const own = await ownCluster(1, 'idle');
  const program = await own.startTracker(1, ['--log-level', 'error']);
  expect(program.output.lines).toHaveLength(1);
});

test('it goes on when nobody reads its output any more', async () => {
  const own = await ownCluster(2, 'idle');
  const one = await own.startTracker(1);
  one.closeOutput();
  const two = await own.startTracker(2);
  // Both have said so, one of them to nobody.
  await two.line((line) => line.includes('linked with tracker 1'));
  expect(await (await registered(own, 'ana')).succeed('whoami')).toEqual({ user: 'ana', tracker: 1 });
  expect(await one.stop()).toBe(0);
});

describe('the end', () => {
  test.each([[['SIGINT']], [['SIGTERM', 'SIGTERM']], [['SIGINT', 'SIGTERM']]] as const)(
    'by %s: clean, and the next start finds everything free',
    async (signals) => {
      const own = await ownCluster(1);
      const program = own.tracker(1);
      for (const signal of signals) program.signal(signal);
      expect(await program.ended).toBe(0);
      expect(program.errors.lines).toEqual([]);
      await own.startTracker(1);
    },
  );

  test('by SIGTERM while it is still looking for the others', async () => {
    const own = await ownCluster(2, 'idle');
    const program = tracker(['tracker_info.txt', '1'], own.directory);
    await program.line((line) => line.includes('fingerprint='));
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  test('kill -9 leaves nothing locked', async () => {
    const own = await ownCluster(1);
    await own.tracker(1).kill();
    await own.startTracker(1);
  });
});

describe('forms of tracker_info.txt', () => {
  test.each<[name: string, text: (one: number, two: number) => string]>([
    ['host and port on alternating lines', (one, two) => `127.0.0.1\n${one}\n127.0.0.1\n${two}\n`],
    [
      'a name, a blank, comments, lines that end as on Windows',
      (one, two) => `# a\r\n\r\nlocalhost ${one} # b\r\nlocalhost:${two}`,
    ],
  ])('%s', async (_, text) => {
    const [one = 0, two = 0] = await freePorts(2);
    const own = await ownCluster(2, 'idle');
    await writeFile(own.trackerInfo, text(one, two));
    await Promise.all([own.startTracker(1), own.startTracker(2)]);
    const client = await registered(own, 'ana');
    expect((await client.succeed('trackers')).trackers).toMatchObject([{ linked: [2] }, { linked: [1] }]);
  });

  test('with the fingerprint that a tracker prints', async () => {
    const own = await ownCluster(1);
    const fingerprint = own
      .tracker(1)
      .output.lines.join('\n')
      .match(/fingerprint=sha256:[0-9a-f]{64}/)?.[0];
    await own.tracker(1).stop();
    const lines = await readFile(own.trackerInfo, 'utf8');
    await writeFile(own.trackerInfo, `${lines.trim()} ${fingerprint}\n`);
    await own.startTracker(1);
    await registered(own, 'ana');
  });

  test('with another fingerprint a tracker says which key it has and which is named', async () => {
    const own = await ownCluster(1);
    await own.tracker(1).stop();
    const lines = await readFile(own.trackerInfo, 'utf8');
    await writeFile(own.trackerInfo, `${lines.trim()} fingerprint=sha256:${'0'.repeat(64)}\n`);
    const said = await complaint(tracker(['tracker_info.txt', '1'], own.directory));
    expect(said.match(/sha256:[0-9a-f]{64}/g)).toHaveLength(2);
    expect(said).toContain('cluster.key');
  });
});

test('a leading -- is skipped; relative paths are meant from where the user stood', async () => {
  const own = await ownCluster(1, 'idle');
  const elsewhere = join(own.directory, 'elsewhere');
  await mkdir(elsewhere);
  const program = own.own(
    new Program('tracker', {
      words: ['--', 'tracker_info.txt', '1', '--data-dir', 'data'],
      directory: elsewhere,
      environment: { INIT_CWD: own.directory },
    }),
  );
  await program.line((line) => line.includes('listening on'));
  expect(await tracker(['tracker_info.txt', '1', '--data-dir', 'data'], own.directory).ended).toBe(2);
});
