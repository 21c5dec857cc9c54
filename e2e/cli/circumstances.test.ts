/** Refusals that take more than a line to come by: no tracker, another key, a file or a disk that isn't what it was. */
import { appendFile, open, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  builtPrograms,
  ClientProgram,
  Cluster,
  passwordOf,
  registered,
  sha256OfFile,
  writeTestFile,
} from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MIB = 1024 * 1024;

let cluster: Cluster;
let ana: ClientProgram;
let ben: ClientProgram;

const inCluster = (...parts: string[]): string => join(cluster.directory, ...parts);

beforeAll(async () => {
  cluster = await Cluster.start(2);
  [ana, ben] = await Promise.all([registered(cluster, 'ana'), registered(cluster, 'ben', ['--give-up', '3'])]);
  await ana.succeed('create_group films');
  await letIn(ben, 'ben');
});

afterAll(() => cluster?.stop());

async function letIn(client: ClientProgram, user: string): Promise<void> {
  await client.succeed('join_group films');
  await ana.succeed(`accept_request films ${user}`);
}

/** Asks for a file, waits until that has failed, and answers with the code it failed with. */
async function failedDownload(client: ClientProgram, file: string): Promise<string | undefined> {
  const folder = await cluster.folder(`copies of ${file}`);
  const { path } = await client.succeed(`download_file films ${file} '${folder}/'`);
  const failed = await client.event((event) => event.file === file && event.state === 'failed');
  const { downloads } = await client.succeed('show_downloads');
  const row = downloads.find((each: { file: string }) => each.file === file);
  expect(row).toMatchObject({ path, state: 'failed', error: failed.error });
  expect(await readdir(folder), 'what is kept of it').toHaveLength(row.done > 0 ? 1 : 0);
  return failed.error?.code;
}

describe('a file that the others can’t get', () => {
  test('nobody online has it: no_peers once the client gives up, and a second try when somebody has it', async () => {
    await writeTestFile(inCluster('lonely.bin'), 1000);
    await ana.succeed('upload_file lonely.bin films');
    await ana.succeed('stop_share films lonely.bin');
    expect(await failedDownload(ben, 'lonely.bin')).toBe('no_peers');
    await ana.succeed('upload_file lonely.bin films');
    await ben.succeed('download_file films lonely.bin lonely-copy.bin');
    await ben.succeed('wait');
    expect(await sha256OfFile(inCluster('lonely-copy.bin'))).toBe(await sha256OfFile(inCluster('lonely.bin')));
  });

  test('it was changed after it was shared: its sharer gives nothing of it', async () => {
    await writeTestFile(inCluster('edited.bin'), 3 * MIB);
    await ana.succeed('upload_file edited.bin films');
    await appendFile(inCluster('edited.bin'), 'more');
    expect(await failedDownload(ben, 'edited.bin')).toBe('no_peers');
  });

  test('its bytes have rotted on their sharer’s disk: verification_failed', async () => {
    const path = inCluster('rotten.bin');
    await writeTestFile(path, 3 * MIB);
    await setTimes(path);
    await ana.succeed('upload_file rotten.bin films');
    const file = await open(path, 'r+');
    await file.write('rot', MIB);
    await file.close();
    await setTimes(path);
    expect(await failedDownload(ben, 'rotten.bin')).toBe('verification_failed');
  });

  /** A time of change without fractions, which can be given to a file again. */
  const setTimes = (path: string) => utimes(path, 1_700_000_000, 1_700_000_000);
});

test('waiting is given up after the seconds that were asked for: timed_out', async () => {
  await writeTestFile(inCluster('awaited.bin'), 1000);
  await ana.succeed('upload_file awaited.bin films');
  await ana.succeed('stop_share films awaited.bin');
  const cleo = await registered(cluster, 'cleo');
  await letIn(cleo, 'cleo');
  await cleo.succeed('download_file films awaited.bin awaited-copy.bin');
  expect(await cleo.refused('wait 0.2')).toBe('timed_out');
  expect(await cleo.refused('wait 0')).toBe('timed_out');
});

test('a file that is written to while it is read for sharing: file_changed', async () => {
  const path = inCluster('growing.bin');
  await writeTestFile(path, 64 * MIB);
  let answered = false;
  const answer = ana.refused('upload_file growing.bin films').finally(() => {
    answered = true;
  });
  while (!answered) await appendFile(path, 'more');
  expect(await answer).toBe('file_changed');
});

test('a disk without room, here a bound on the size of files: disk_full', async () => {
  await writeTestFile(inCluster('large.bin'), 8 * MIB);
  await ana.succeed('upload_file large.bin films');
  const blocksOf512 = String((2 * MIB) / 512);
  const dora = cluster.own(
    new ClientProgram({
      directory: cluster.directory,
      command: ['sh', '-c', `ulimit -f ${blocksOf512}; exec "$0" "$@"`, process.execPath, builtPrograms.client],
      words: ['tracker_info.txt', '--data-dir', 'clients/dora'],
    }),
  );
  await dora.succeed(`create_user dora ${passwordOf('dora')}`);
  await dora.succeed(`login dora ${passwordOf('dora')}`);
  await letIn(dora, 'dora');
  expect(await failedDownload(dora, 'large.bin')).toBe('disk_full');
  dora.endInput();
  expect(await dora.ended).toBe(1);
});

describe('without a tracker', () => {
  let alone: Cluster;
  beforeAll(async () => {
    alone = await Cluster.create(2);
  });
  afterAll(() => alone?.stop());

  test('a client starts, does what needs no tracker, says no_tracker to the rest, and goes on when one comes', async () => {
    const [one, two] = [alone.client(), alone.client()];
    expect(await one.succeed('help')).toEqual({});
    expect(await one.succeed('show_downloads')).toEqual({ downloads: [] });
    expect(await one.succeed('wait')).toEqual({ complete: 0, failed: 0 });
    expect(await one.refused('whoami')).toBe('not_logged_in');
    const { trackers } = await one.succeed('trackers');
    expect(trackers.map(({ reachable, current }: Record<string, boolean>) => [reachable, current])).toEqual([
      [false, false],
      [false, false],
    ]);
    const tries = [one.refused(`create_user ana ${passwordOf('ana')}`), two.refused(`login ana ${passwordOf('ana')}`)];
    expect(await Promise.all(tries)).toEqual(['no_tracker', 'no_tracker']);
    await alone.startTracker(2);
    expect(await one.succeed(`create_user ana ${passwordOf('ana')}`)).toEqual({ user: 'ana', replicated: false });
    expect(await two.succeed(`login ana ${passwordOf('ana')}`)).toEqual({ user: 'ana', tracker: 2, replicated: false });
  });
});

describe('trackers with another key', () => {
  let renewed: Cluster;
  beforeAll(async () => {
    renewed = await Cluster.start(1);
  });
  afterAll(() => renewed?.stop());

  test('whoever knows the old one says identity_changed and shows both; a newcomer trusts the new one', async () => {
    const knowing = await registered(renewed, 'ana');
    await renewed.tracker(1).stop();
    // A cluster that begins anew at the same address; the data of the old one belongs to the old key.
    await rm(join(renewed.directory, 'cluster.key'));
    await rm(join(renewed.directory, '.p2p', 'tracker-1'), { recursive: true });
    await renewed.startTracker(1);

    const answer = await knowing.command('create_group films');
    expect(answer.error?.code).toBe('identity_changed');
    expect(answer.error?.message.match(/sha256:[0-9a-f]{64}/g)).toHaveLength(2);
    await knowing.kill();
    const again = renewed.client([], 'ana');
    expect(await again.refused(`create_user ana ${passwordOf('ana')}`)).toBe('identity_changed');

    await registered(renewed, 'ben');
  });

  test('a fingerprint in tracker_info.txt is the only key that is trusted', async () => {
    const lines = (await readFile(renewed.trackerInfo, 'utf8')).trim();
    const other = join(await renewed.folder('other'), 'tracker_info.txt');
    await writeFile(other, `${lines} fingerprint=sha256:${'0'.repeat(64)}\n`);
    const client = renewed.own(new ClientProgram({ directory: renewed.directory, words: [other] }));
    expect(await client.refused(`create_user cleo ${passwordOf('cleo')}`)).toBe('identity_changed');
  });
});
