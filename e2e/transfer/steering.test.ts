/** Downloads that are told to rest, to go on and to end, and that are asked how they stand. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, gatherGroup, sha256OfFile, writeTestFile } from '@p2p/harness';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const MIB = 1024 * 1024;
const FILE_BYTES = 6 * MIB;

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
let aliceDevice: string;
let testNumber = 0;
/** Every test has a file of its own, shared by alice, and a folder of bob's. */
let file: string;
let folder: string;

beforeAll(async () => {
  cluster = await Cluster.start();
  [alice, bob] = await gatherGroup(cluster, 'films', ['alice', 'bob']);
  aliceDevice = (await alice.succeed('list_devices')).devices[0].device;
});
afterAll(() => cluster?.stop());

beforeEach(async () => {
  file = `film-${++testNumber}`;
  folder = await cluster.folder(`folder-${testNumber}`);
  await writeTestFile(join(cluster.directory, file), FILE_BYTES, testNumber);
  await alice.succeed(`upload_file ${file} films`);
});

async function start(): Promise<void> {
  await bob.succeed(`download_file films ${file} folder-${testNumber}/`);
}

/** How bob's download of the test's file stands. */
async function standing() {
  const { downloads } = await bob.succeed('show_downloads');
  return downloads.find((download: { file: string }) => download.file === file);
}

/** Some of it has come, and the rest will take long: the sharer is slow from now on. */
async function startAndSlowDown(): Promise<void> {
  await alice.succeed('limit up 1M');
  await start();
  await bob.event((event) => event.file === file && event.state === 'downloading' && (event.done ?? 0) > 0);
  await alice.succeed('limit up 1k');
}

async function expectWhole(): Promise<void> {
  await alice.succeed('limit up 0');
  await bob.event((event) => event.file === file && event.state === 'complete');
  expect(await sha256OfFile(join(folder, file))).toBe(await sha256OfFile(join(cluster.directory, file)));
  expect(await readdir(folder)).toEqual([file]);
}

describe('pause and resume', () => {
  test('a download that rests keeps what it has, holds up no wait, and goes on from there', async () => {
    await startAndSlowDown();
    expect(await bob.succeed(`pause films ${file}`)).toEqual({ group: 'films', file, state: 'paused' });
    await bob.event((event) => event.file === file && event.state === 'paused');
    const { done, state, peers, bytesPerSecond } = await standing();
    expect({ state, peers, bytesPerSecond }).toEqual({ state: 'paused', peers: 0, bytesPerSecond: 0 });
    expect(done).toBeGreaterThan(0);
    expect(await bob.succeed('wait 60')).toMatchObject({ failed: 0 });
    expect(await bob.succeed(`pause films ${file}`), 'once more').toMatchObject({ state: 'paused' });

    expect((await bob.succeed(`resume films ${file}`)).state).toMatch(/^(queued|downloading)$/);
    expect((await standing()).done).toBeGreaterThanOrEqual(done);
    expect((await bob.succeed(`resume films ${file}`)).state, 'once more').toMatch(/^(queued|downloading)$/);
    await expectWhole();
  });

  test('what is complete neither rests nor goes on nor ends', async () => {
    await start();
    await expectWhole();
    for (const command of ['pause', 'resume', 'cancel']) {
      expect(await bob.refused(`${command} films ${file}`)).toBe('no_such_download');
    }
    expect((await standing()).state).toBe('complete');
  });

  test('a download may be asked for once while it rests, and no second time', async () => {
    await startAndSlowDown();
    await bob.succeed(`pause films ${file}`);
    expect(await bob.refused(`download_file films ${file} folder-${testNumber}/other`)).toBe('already_exists');
    await bob.succeed(`resume films ${file}`);
    await expectWhole();
  });
});

describe('cancel', () => {
  test('ends a download, leaves nothing of it, and it may be asked for again', async () => {
    await startAndSlowDown();
    expect(await bob.succeed(`cancel films ${file}`)).toEqual({ group: 'films', file, state: 'failed' });
    const event = await bob.event((told) => told.file === file && told.state === 'failed');
    expect(event, 'nothing has gone wrong').not.toHaveProperty('error');
    expect(await standing()).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    expect(await bob.refused(`cancel films ${file}`), 'it has ended').toBe('no_such_download');
    await start();
    await expectWhole();
  });

  test('ends one that rests', async () => {
    await startAndSlowDown();
    await bob.succeed(`pause films ${file}`);
    expect(await bob.succeed(`cancel films ${file}`)).toMatchObject({ state: 'failed' });
    expect(await readdir(folder)).toEqual([]);
    await alice.succeed('limit up 0');
  });
});

describe('limits', () => {
  test.each([
    ['who shares it', () => alice, 'up'],
    ['who fetches it', () => bob, 'down'],
  ] as const)('of one file, by %s, leave other files alone', async (_, client, direction) => {
    const other = `${file}-beside`;
    await writeTestFile(join(cluster.directory, other), FILE_BYTES, 1_000 + testNumber);
    await alice.succeed(`upload_file ${other} films`);
    await startAndSlowDown();
    const limited = await client().succeed(`limit ${direction} 1k films ${file}`);
    expect(limited).toEqual({ group: 'films', file, up: 0, down: 0, [direction]: 1024 });
    await alice.succeed('limit up 0');
    await bob.succeed(`download_file films ${other} folder-${testNumber}/`);
    await bob.event((event) => event.file === other && event.state === 'complete');
    expect((await standing()).state).toBe('downloading');
    await client().succeed(`limit ${direction} 0 films ${file}`);
    await bob.event((event) => event.file === file && event.state === 'complete');
  });

  test('of running downloads let the others wait, and begin in their order', async () => {
    const names = ['b', 'c'].map((end) => `${file}-${end}`);
    for (const [index, name] of names.entries()) {
      await writeTestFile(join(cluster.directory, name), MIB, 2_000 + 10 * testNumber + index);
      await alice.succeed(`upload_file ${name} films`);
    }
    expect(await bob.succeed('limit running 1')).toEqual({ running: 1 });
    await startAndSlowDown();
    for (const name of names) await bob.succeed(`download_file films ${name} folder-${testNumber}/`);
    const statesIn = ({ downloads }: { downloads: { state: string }[] }) =>
      downloads.slice(-3).map(({ state }) => state);
    const states = async () => statesIn(await bob.succeed('show_downloads'));
    expect(await states()).toEqual(['downloading', 'queued', 'queued']);
    await bob.succeed(`pause films ${file}`);
    await bob.event((event) => event.file === names[0] && event.state === 'downloading');
    expect(await states()).toEqual(['paused', 'downloading', 'queued']);
    expect(await bob.succeed(`resume films ${file}`)).toMatchObject({ state: 'queued' });
    await bob.succeed('limit running 0');
    // What is there is checked before it goes on.
    await bob.until('show_downloads', (shown) => statesIn(shown).every((state) => state === 'downloading'));
    await alice.succeed('limit up 0');
    await bob.succeed('wait 60');
  });
});

describe('explain', () => {
  const keys = ['file', 'group', 'missing', 'peers', 'state', 'tracker'];

  test('says of a running download who sends, and of a finished one whose parts it is made of', async () => {
    await startAndSlowDown();
    const running = await bob.succeed(`explain films ${file}`);
    expect(Object.keys(running).toSorted()).toEqual(keys);
    expect(running).toMatchObject({ group: 'films', file, state: 'downloading', missing: [] });
    expect(running.peers).toMatchObject([{ device: aliceDevice, phase: 'connected', trouble: null, pieces: 24 }]);
    expect(running.peers[0].roundTripMs).toBeGreaterThan(0);
    expect(running.tracker).toEqual({ number: 1, agoMs: expect.any(Number) });
    await expectWhole();
    const finished = await bob.succeed(`explain films ${file}`);
    expect(Object.keys(finished).toSorted()).toEqual(keys);
    expect(finished).toMatchObject({ state: 'complete', missing: [] });
    expect(finished.peers).toMatchObject([{ device: aliceDevice, phase: 'gone', bytes: FILE_BYTES }]);
  });

  test('says which pieces nobody has any more, and who had them last', async () => {
    await startAndSlowDown();
    await alice.succeed(`stop_share films ${file}`);
    const stuck = await bob.until(`explain films ${file}`, ({ missing }) => missing.length > 0);
    expect(stuck.missing.every(({ lastHad }: { lastHad: string }) => lastHad === aliceDevice)).toBe(true);
    await bob.succeed(`cancel films ${file}`);
    await alice.succeed('limit up 0');
  });

  test('says of one that rests no more than that, and nothing of one that was cancelled', async () => {
    await startAndSlowDown();
    await bob.succeed(`pause films ${file}`);
    expect(await bob.succeed(`explain films ${file}`)).toMatchObject({ state: 'paused', missing: [] });
    await bob.succeed(`cancel films ${file}`);
    expect(await bob.refused(`explain films ${file}`)).toBe('no_such_download');
    await alice.succeed('limit up 0');
  });
});
