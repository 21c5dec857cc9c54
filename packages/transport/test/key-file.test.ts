/** The file with all keys of a cluster: what it says, what is refused, and that it is replaced as a whole. */
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  compareKeys,
  type DatedKey,
  formatKeyHistory,
  identitiesIn,
  type KeyHistory,
  loadKeyFile,
  loadOrCreateIdentity,
  loadOrCreateKeyFile,
  newDatedKey,
  parseKeyHistory,
  replaceKeyFile,
} from '../src/index.js';
import { temporaryFolder } from './identities.js';

let folder: string;
let path: string;
/** Oldest first. */
let one: DatedKey;
let two: DatedKey;
let three: DatedKey;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder, 'cluster.key');
  one = { ...newDatedKey(0), since: undefined };
  two = newDatedKey(Date.parse('2026-01-02T03:04:05.678Z'));
  three = newDatedKey(Date.parse('2026-05-01T00:00:00.000Z'));
});

const historyOf = (...keys: readonly DatedKey[]): KeyHistory => ({ first: one.id, keys });

async function load(): Promise<KeyHistory> {
  const loaded = await loadKeyFile(path);
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.history;
}

describe('a key file', () => {
  it('is made with one key, which is the first', async () => {
    expect(await loadKeyFile(path)).toMatchObject({ ok: false, missing: true });
    const made = await loadOrCreateKeyFile(path);
    const history = await load();
    expect(made).toEqual({ ok: true, history, created: true });
    expect(history.keys).toHaveLength(1);
    expect(history.keys[0]).toMatchObject({ id: history.first, since: undefined });
    expect(await loadOrCreateKeyFile(path)).toEqual({ ok: true, history, created: false });
    // As it was before keys were rotated: nothing but the key.
    expect(await readFile(path, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n$/);
  });

  it('has the newest key first, and says since when', async () => {
    const history = historyOf(three, two, one);
    await replaceKeyFile(path, history);
    expect(await load()).toEqual(history);
    const text = await readFile(path, 'utf8');
    expect(text.split('\n').filter((line) => line.includes('='))).toEqual([
      `cluster=sha256:${one.id}`,
      'since=2026-05-01T00:00:00.000Z',
      'since=2026-01-02T03:04:05.678Z',
    ]);
    expect(text.indexOf(three.privateKeyPem)).toBeLessThan(text.indexOf(two.privateKeyPem));
  });

  it('keeps the cluster when the first key is gone', async () => {
    for (const history of [historyOf(three, two), historyOf(three)]) {
      await replaceKeyFile(path, history);
      expect(await load()).toEqual(history);
    }
  });

  it('may have been edited on any system, and hold other text', async () => {
    const history = historyOf(two, one);
    const text = formatKeyHistory(history);
    expect(parseKeyHistory(`# keep this to yourself\n\n${text}\nend`)).toEqual(history);
    expect(parseKeyHistory(text.replaceAll('\n', '\r\n'))).toEqual(history);
  });

  it.skipIf(process.platform === 'win32')('is for its owner alone, also when it has been replaced', async () => {
    await replaceKeyFile(path, historyOf(two, one));
    await identitiesIn(historyOf(two, one), path);
    expect((await readdir(folder)).sort()).toEqual(['cluster.crt', 'cluster.key']);
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    await chmod(path, 0o640);
    expect(await loadKeyFile(path)).toMatchObject({
      ok: false,
      missing: false,
      message: expect.stringContaining('chmod'),
    });
  });

  it('that is damaged is refused and left alone', async () => {
    const good = formatKeyHistory(historyOf(two, one));
    const bad = [
      '',
      'no key',
      // Cut off at any place that leaves less than a key.
      good.slice(0, good.indexOf('-----END') + 10),
      good.slice(0, -10),
      // Nobody knows which is newer, or when it came, or who was first.
      good.replace(/since=.*\n/, ''),
      good.replace(/since=.*\n/, 'since=yesterday\n'),
      good.replace(/since=.*\n/, 'since=1969-01-01T00:00:00.000Z\n'),
      formatKeyHistory(historyOf(one, two)),
      formatKeyHistory(historyOf(two, three, one)),
      formatKeyHistory(historyOf(two, two)),
      formatKeyHistory(historyOf(three)).replace(/cluster=.*\n/, ''),
      formatKeyHistory({ first: two.id, keys: [one] }),
      `${good}${' '.repeat(16 * 1024)}`,
    ];
    for (const text of bad) {
      await writeFile(path, text, { mode: 0o600 });
      const refused = { ok: false, missing: false, message: expect.stringContaining('holds no Ed25519 private key') };
      expect(await loadOrCreateKeyFile(path), text).toEqual(refused);
      expect(await readFile(path, 'utf8')).toBe(text);
    }
  });

  it('never says a key, whatever is wrong with it', async () => {
    const secret = one.privateKeyPem.split('\n')[1] ?? '';
    await writeFile(path, formatKeyHistory(historyOf(one, two)), { mode: 0o600 });
    const loaded = await loadKeyFile(path);
    expect(JSON.stringify(loaded)).not.toContain(secret);
  });
});

it('whatever a file holds, it is read or refused', () => {
  const lines = fc.oneof(
    fc.constantFrom('-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', `cluster=sha256:${'a'.repeat(64)}`, ''),
    fc.constantFrom('since=2026-01-02T03:04:05.678Z', 'since=', 'cluster=sha256:', 'since=9999999999999999'),
    fc.string(),
  );
  const blocks = fc.constantFrom(0, 1, 2).map((index) => [one, two, three][index]?.privateKeyPem ?? '');
  fc.assert(
    fc.property(fc.array(fc.oneof(lines, blocks), { maxLength: 12 }), (parts) => {
      const history = parseKeyHistory(parts.join('\n'));
      if (history === undefined) return;
      expect(history.keys.length).toBeGreaterThan(0);
      expect(parseKeyHistory(formatKeyHistory(history))).toEqual(history);
    }),
    { numRuns: 300 },
  );
});

describe('who shows the keys of a file', () => {
  it('is the same identity as before, whatever has come on top of it', async () => {
    const alone = await loadOrCreateIdentity(path);
    if (!alone.ok) throw new Error(alone.message);
    const { keys, first } = await load();
    const history = { first, keys: [two, ...keys] };
    await replaceKeyFile(path, history);
    const identities = await identitiesIn(history, path);
    expect(identities.map(({ id }) => id)).toEqual([two.id, first]);
    expect(identities[1]).toEqual(alone.identity);
  });

  it('has its certificates kept, and no others', async () => {
    const kept = async () => (await readFile(join(folder, 'cluster.crt'), 'utf8')).match(/BEGIN CERTIFICATE/g)?.length;
    const first = await identitiesIn(historyOf(two, one), path);
    expect(await kept()).toBe(2);
    expect(await identitiesIn(historyOf(two, one), path)).toEqual(first);
    await identitiesIn(historyOf(three, two), path);
    expect(await kept()).toBe(2);
    await identitiesIn(historyOf(three), path);
    expect(await kept()).toBe(1);
  });
});

it('of two keys that came at once the order is the same everywhere', () => {
  const other = newDatedKey(two.since ?? 0);
  const orders = [
    [two, other, one],
    [other, one, two],
  ].map((keys) => keys.sort(compareKeys).map(({ id }) => id));
  expect(orders[0]).toEqual(orders[1]);
  expect(orders[0]?.[0]).toBe(one.id);
});
