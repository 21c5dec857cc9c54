/** The keys of a cluster in one tracker: which count when, how a new one comes, and how trackers come to have the same. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEY_OVERLAP_MS, MAX_SUCCESSIONS } from '@p2p/protocol';
import { verifySuccessions } from '@p2p/statements';
import { formatKeyHistory, loadKeyFile, loadOrCreateIdentity } from '@p2p/transport';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ClusterKeys } from '../src/cluster-keys/cluster-keys.js';
import { isSame, keysInForce, merged, newestOf, rotated } from '../src/cluster-keys/histories.js';
import { takeOverKeys } from '../src/cluster-keys/take-over-keys.js';
import { createLog } from '../src/log.js';

/** A day of the virtual clock. */
const START = Date.parse('2026-03-01T12:00:00.000Z');
const DAY_MS = 24 * 60 * 60 * 1_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** A machine's folder: where the key file of its trackers lies. */
async function machine(file?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'p2p-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'cluster.key');
  if (file !== undefined) await writeFile(path, file, { mode: 0o600 });
  return path;
}

async function open(path: string): Promise<ClusterKeys> {
  const opened = await ClusterKeys.open(path, true);
  if (!opened.ok) throw new Error(opened.message);
  return opened.keys;
}

/** A tracker's keys on a machine of their own: a new cluster, or one that has the file of another. */
const keysOn = async (file?: string) => open(await machine(file));

async function rotate(keys: ClusterKeys): Promise<string> {
  expect(await keys.rotate()).toEqual({ ok: true });
  return keys.current.id;
}

const idsInForce = (keys: ClusterKeys) => keys.inForce.map(({ id }) => id);

describe('a cluster’s keys', () => {
  test('are one at first, which names the cluster', async () => {
    const keys = await keysOn();
    expect(keys.current.id).toBe(keys.cluster);
    expect(keys.successions).toEqual([]);
    expect(keys.signer).toBe(keys.current);
    const identity = await loadOrCreateIdentity(keys.path);
    expect(identity).toMatchObject({ ok: true, identity: keys.current });
  });

  test('are not made where that is not wanted', async () => {
    expect(await ClusterKeys.open(await machine(), false)).toMatchObject({ ok: false });
  });

  test('get a new one, and the cluster stays the same', async () => {
    const keys = await keysOn();
    const first = keys.current.id;
    const changes: string[] = [];
    keys.onChange(() => changes.push(keys.current.id));
    const second = await rotate(keys);
    expect(second).not.toBe(first);
    expect(changes).toEqual([second]);
    expect(keys.cluster).toBe(first);
    expect(idsInForce(keys)).toEqual([second, first]);
    expect(keys.signer.id).toBe(first);
    expect(await verifySuccessions(keys.successions)).toEqual([{ from: first, to: second, at: START }]);
    const again = await open(keys.path);
    expect(again.cluster).toBe(first);
    expect(idsInForce(again)).toEqual([second, first]);
    expect(again.successions).toEqual(keys.successions);
  });

  test('lie in one file that only their owner reads', async () => {
    const keys = await keysOn();
    await rotate(keys);
    expect((await stat(keys.path)).mode & 0o777).toBe(0o600);
    expect(await readFile(keys.path, 'utf8')).toBe(keys.file);
  });

  test('count for 90 days after the next one has come, and no longer', async () => {
    const keys = await keysOn();
    const first = keys.current.id;
    const second = await rotate(keys);
    pass(KEY_OVERLAP_MS - 1);
    expect(keys.isOurs(first)).toBe(true);
    expect(keys.identityWith(first)?.id).toBe(first);
    // What it signs would outlive it.
    expect(keys.signer.id).toBe(second);
    pass(1);
    expect([keys.isOurs(first), keys.isOurs(second)]).toEqual([false, true]);
    expect(keys.identityWith(first)).toBeUndefined();
    expect(keys.successions).toEqual([]);
    expect(keys.knows(first)).toBe(true);
  });

  test('are dropped at the next change once they count no longer; the cluster keeps its name', async () => {
    const keys = await keysOn();
    const first = keys.current.id;
    const second = await rotate(keys);
    pass(KEY_OVERLAP_MS);
    const third = await rotate(keys);
    expect(idsInForce(keys)).toEqual([third, second]);
    const again = await open(keys.path);
    expect([again.cluster, again.knows(first)]).toEqual([first, true]);
    expect(keys.file.match(/BEGIN/g)).toHaveLength(2);
    const [step] = (await verifySuccessions(keys.successions)) ?? [];
    expect(step).toMatchObject({ from: second, to: third });
  });

  test('may follow each other quickly, each with a word of the one before', async () => {
    const keys = await keysOn();
    const ids = [keys.current.id];
    for (let count = 0; count < MAX_SUCCESSIONS; count++) ids.push(await rotate(keys));
    const chain = await verifySuccessions(keys.successions);
    expect(chain?.map(({ from }) => from)).toEqual(ids.slice(0, -1));
    expect(chain?.at(-1)?.to).toBe(ids.at(-1));
    expect(await keys.rotate()).toEqual({ ok: false, message: expect.stringContaining('90 days') });
    expect(keys.current.id).toBe(ids.at(-1));
    pass(KEY_OVERLAP_MS + DAY_MS);
    expect(await keys.rotate()).toEqual({ ok: true });
  });

  test('don’t go back in time with the clock', async () => {
    const keys = await keysOn();
    const second = await rotate(keys);
    pass(-DAY_MS);
    const third = await rotate(keys);
    expect(idsInForce(await open(keys.path))).toEqual([third, second, keys.cluster]);
  });

  test('stay as they are where the file can’t be written', async () => {
    const keys = await keysOn();
    await rm(join(keys.path, '..'), { recursive: true });
    expect(await keys.rotate()).toEqual({ ok: false, message: expect.stringContaining('cannot be written') });
    expect(keys.current.id).toBe(keys.cluster);
  });

  test('stay as they are where the file has become another cluster’s', async () => {
    const [keys, stranger] = [await keysOn(), await keysOn()];
    await writeFile(keys.path, stranger.file);
    expect(await keys.rotate()).toEqual({ ok: false, message: expect.stringContaining('no longer the key') });
    expect(await readFile(keys.path, 'utf8')).toBe(stranger.file);
  });
});

describe('two trackers', () => {
  test('of one machine have one file: what the other has put into it is not lost', async () => {
    const one = await keysOn();
    const two = await open(one.path);
    const second = await rotate(one);
    const third = await rotate(two);
    expect(idsInForce(two)).toEqual([third, second, one.cluster]);
    expect(await one.takeOver(two.file)).toEqual({ ok: true, changed: true, diverged: false });
    expect(idsInForce(one)).toEqual(idsInForce(two));
    expect(await loadKeyFile(one.path)).toMatchObject({ ok: true, history: { keys: [{ id: third }, {}, {}] } });
  });

  test('of two machines come to have the same when one hands on what it has', async () => {
    const one = await keysOn();
    const two = await keysOn(one.file);
    const second = await rotate(one);
    const heard: string[] = [];
    two.onChange(() => heard.push(two.current.id));
    expect(await two.takeOver(one.file)).toEqual({ ok: true, changed: true, diverged: false });
    expect(heard).toEqual([second]);
    expect(await readFile(two.path, 'utf8')).toBe(one.file);
    expect(two.successions).toEqual(one.successions);
    // Once more, and what is older, changes nothing.
    const before = await stat(two.path);
    expect(await two.takeOver(one.file)).toEqual({ ok: true, changed: false, diverged: false });
    expect(await one.takeOver(two.file)).toEqual({ ok: true, changed: false, diverged: false });
    expect(await stat(two.path)).toEqual(before);
    expect(heard).toEqual([second]);
  });

  test('that had each a new key without the other keep both, and the later one counts', async () => {
    const one = await keysOn();
    const two = await keysOn(one.file);
    const early = await rotate(one);
    pass(DAY_MS);
    const late = await rotate(two);
    const [fileOfOne, fileOfTwo] = [one.file, two.file];
    expect(await one.takeOver(fileOfTwo)).toEqual({ ok: true, changed: true, diverged: true });
    expect(await two.takeOver(fileOfOne)).toEqual({ ok: true, changed: true, diverged: true });
    expect(one.file).toBe(two.file);
    expect(idsInForce(one)).toEqual([late, early, one.cluster]);
    // Whoever has followed either is led to the one that counts.
    const chain = (await verifySuccessions(one.successions)) ?? [];
    expect(chain.map(({ from, to }) => [from, to])).toEqual([
      [one.cluster, early],
      [early, late],
    ]);
  });

  test('don’t take what isn’t theirs, or isn’t whole', async () => {
    const one = await keysOn();
    const stranger = await keysOn();
    await rotate(stranger);
    const before = one.file;
    for (const file of ['', 'keys', stranger.file, stranger.file.slice(0, -20), before.slice(0, -30)]) {
      expect(await one.takeOver(file)).toEqual({ ok: false, message: expect.not.stringContaining('PRIVATE') });
    }
    // Another cluster's keys under this one's name, with all of them and without the first.
    const forged = stranger.file.replace(/cluster=.*\n/, `cluster=sha256:${one.cluster}\n`);
    const [begin = '', ...rest] = forged.split('-----END PRIVATE KEY-----\n');
    expect(rest).toHaveLength(2);
    for (const file of [forged, `${begin}-----END PRIVATE KEY-----\n`])
      expect(await one.takeOver(file)).toMatchObject({ ok: false });
    expect(one.file).toBe(before);
    expect(idsInForce(one)).toEqual([one.cluster]);
  });

  test('use what they were given although it can’t be written, and say so', async () => {
    const one = await keysOn();
    const two = await keysOn(one.file);
    const second = await rotate(one);
    await rm(join(two.path, '..'), { recursive: true });
    expect(await two.takeOver(one.file)).toMatchObject({ changed: true, unkept: expect.stringContaining(two.path) });
    expect(two.current.id).toBe(second);
  });

  test('leave a file alone that has become another cluster’s', async () => {
    const one = await keysOn();
    const two = await keysOn(one.file);
    const stranger = await keysOn();
    await rotate(one);
    await writeFile(two.path, stranger.file);
    expect(await two.takeOver(one.file)).toMatchObject({ changed: true, unkept: expect.stringContaining('no longer') });
    expect(await readFile(two.path, 'utf8')).toBe(stranger.file);
  });
});

test('what is said of it names the new key and no secret', async () => {
  const one = await keysOn();
  const two = await keysOn(one.file);
  await rotate(one);
  pass(DAY_MS);
  await rotate(two);
  const lines: string[] = [];
  const log = createLog('debug', (line) => lines.push(line));
  await takeOverKeys(one.file, { configuration: { keys: two }, log });
  await takeOverKeys('nonsense', { configuration: { keys: two }, log });
  expect(lines.join('')).toContain(`fingerprint=sha256:${two.current.id}`);
  expect(lines.join('')).toContain('without each other');
  for (const secret of two.file.match(/^[A-Za-z0-9+/]{40,}$/gm) ?? []) expect(lines.join('')).not.toContain(secret);
  expect(two.file.match(/^[A-Za-z0-9+/]{40,}$/gm)).toHaveLength(3);
});

describe('histories', () => {
  test('put together in any order, by anybody, are the same', async () => {
    const first = await keysOn();
    const loaded = await loadKeyFile(first.path);
    if (!loaded.ok) throw new Error(loaded.message);
    const root = loaded.history;
    // Each number: which of the trackers rotates next; in between they may hand on what they have.
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(3)), { maxLength: 8 }), (steps) => {
        const histories = [root, root, root];
        let now = START;
        for (const [tracker, giver, wait] of steps) {
          now += wait;
          const before = merged(histories[tracker] ?? root, wait === 0 ? root : (histories[giver] ?? root));
          histories[tracker] = rotated(before ?? root, now) ?? root;
        }
        const [a, b, c] = histories as [typeof root, typeof root, typeof root];
        const put = (...all: (typeof root)[]) => all.reduce((left, right) => merged(left, right) ?? root);
        const all = put(a, b, c);
        expect(formatKeyHistory(put(c, put(b, a), a))).toBe(formatKeyHistory(all));
        expect(isSame(put(all, b), all)).toBe(true);
        const newest = [a, b, c].map((history) => newestOf(history).since ?? 0);
        expect(newestOf(all).since ?? 0).toBe(Math.max(...newest));
        expect(keysInForce(all, now)).toEqual(all.keys);
      }),
    );
  });
});
