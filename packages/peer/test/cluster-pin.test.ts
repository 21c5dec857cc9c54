/** Which keys a client takes for its cluster's, and how nobody makes it take another. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterId, KEY_OVERLAP_MS, MAX_PINNED_SUCCESSIONS } from '@p2p/protocol';
import { signSuccession } from '@p2p/statements';
import { type DatedKey, newDatedKey } from '@p2p/transport';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterPin } from '../src/data-directory/cluster-pin.js';
import { extended, type KeyLink, newestKey } from '../src/data-directory/key-chain.js';
import { temporaryDirectory } from './temporary-directory.js';

const ROTATED_AT = Date.parse('2026-03-01T12:00:00.000Z');
const DAY_MS = 24 * 60 * 60 * 1_000;

const [first, second, third, stranger] = [newDatedKey(0), newDatedKey(0), newDatedKey(0), newDatedKey(0)];

let path: string;
/** The trackers' clock. */
let now: number;

beforeEach(async () => {
  const directory = await temporaryDirectory();
  path = join(directory, 'cluster-fingerprint');
  now = ROTATED_AT + DAY_MS;
});
async function open(configured?: DatedKey): Promise<ClusterPin> {
  const pin = await ClusterPin.open(path, configured?.id);
  pin.judgeBy(() => now);
  return pin;
}

/** The word of `from` that `to` follows it. */
const word = (from: DatedKey, to: DatedKey, at = ROTATED_AT) =>
  signSuccession(from, { to: clusterId.parse(to.id), at });

/** A client that has met the cluster when its key was the first one. */
async function pinned(): Promise<ClusterPin> {
  const pin = await open();
  expect(await pin.accept(first.id, [])).toBe(true);
  return pin;
}

const trusted = (pin: ClusterPin) =>
  [first, second, third, stranger].filter(({ id }) => pin.trusts(id)).map(({ id }) => id);

describe('the first key that is seen', () => {
  it('is the only one from then on, after a restart too', async () => {
    const pin = await open();
    expect([pin.expected, pin.accepts(first.id), pin.trusts(first.id)]).toEqual([undefined, true, false]);
    expect(await pin.accept(first.id, [])).toBe(true);
    for (const one of [pin, await open()]) {
      expect(one.expected).toBe(first.id);
      expect(trusted(one)).toEqual([first.id]);
      expect(one.accepts(stranger.id)).toBe(false);
      expect(await one.accept(stranger.id, [])).toBe(false);
      expect(one.expected).toBe(first.id);
    }
    expect(await readFile(path, 'utf8')).toBe(`${first.id}\n`);
  });

  it('may be the second one, of whose predecessor the tracker tells', async () => {
    const pin = await open();
    expect(await pin.accept(second.id, [await word(first, second)])).toBe(true);
    for (const one of [pin, await open()]) {
      expect(one.expected).toBe(second.id);
      expect(trusted(one)).toEqual([first.id, second.id]);
    }
    now = ROTATED_AT + KEY_OVERLAP_MS;
    expect(trusted(pin)).toEqual([second.id]);
  });

  it('of two trackers that answer at once is one, and the other follows from it', async () => {
    const succession = [await word(first, second)];
    for (const order of [
      [second.id, first.id],
      [first.id, second.id],
    ]) {
      await rm(path, { force: true });
      const pin = await open();
      const answers = order.map((key) => pin.accept(key, key === second.id ? succession : []));
      expect(await Promise.all(answers)).toEqual([true, true]);
      expect(pin.expected).toBe(second.id);
    }
  });
});

describe('a key that another one follows', () => {
  it('leads to it, and counts for 90 days more', async () => {
    const pin = await pinned();
    expect(await pin.accept(first.id, [await word(first, second)])).toBe(true);
    for (const one of [pin, await open()]) {
      expect(one.expected).toBe(second.id);
      expect(trusted(one)).toEqual([first.id, second.id]);
    }
    now = ROTATED_AT + KEY_OVERLAP_MS - 1;
    expect(pin.accepts(first.id)).toBe(true);
    now += 1;
    expect([pin.accepts(first.id), pin.accepts(second.id)]).toEqual([false, true]);
    expect(await pin.accept(first.id, [])).toBe(false);
  });

  it('is told of while the client is connected', async () => {
    const pin = await pinned();
    await pin.follow([await word(first, second)]);
    expect((await open()).expected).toBe(second.id);
    await pin.follow([await word(first, second), await word(second, third, ROTATED_AT + 1)]);
    expect((await open()).expected).toBe(third.id);
    expect(trusted(pin)).toEqual([first.id, second.id, third.id]);
  });

  it('may have been followed by several while the client was away', async () => {
    const pin = await pinned();
    const later = ROTATED_AT + DAY_MS;
    expect(await pin.accept(first.id, [await word(first, second), await word(second, third, later)])).toBe(true);
    expect(pin.expected).toBe(third.id);
    now = ROTATED_AT + KEY_OVERLAP_MS;
    expect(trusted(pin)).toEqual([second.id, third.id]);
  });

  it('is over when it says so itself long after', async () => {
    const pin = await pinned();
    now = ROTATED_AT + KEY_OVERLAP_MS;
    // Whoever still has the key of then can say what it wants but that it counts.
    expect(await pin.accept(first.id, [await word(first, second)])).toBe(false);
    expect([pin.accepts(first.id), pin.accepts(second.id)]).toEqual([false, true]);
  });
});

describe('nobody is followed', () => {
  it('but who the known key names', async () => {
    const bad = [
      [await word(stranger, second)],
      [await word(second, third)],
      [await word(stranger, first), await word(stranger, second)],
      [await word(first, second), await word(stranger, third)],
      [(await word(first, second)).replace(/.{4}$/, 'AAAA')],
      [(await word(first, second)).slice(0, -1)],
      ['', 'a.b.c', '{}'],
    ];
    for (const successions of bad) {
      const pin = await pinned();
      expect(await pin.accept(stranger.id, successions)).toBe(false);
      await pin.follow(successions);
      expect(pin.expected).toBe(first.id);
      expect(pin.accepts(stranger.id)).toBe(false);
    }
  });

  it('a second time by the same key: what it says once it was left behind doesn’t count', async () => {
    const pin = await pinned();
    await pin.follow([await word(first, second)]);
    for (const successions of [
      [await word(first, stranger)],
      [await word(first, stranger, ROTATED_AT + 5)],
      [await word(first, stranger), await word(stranger, third)],
      [await word(first, third)],
    ]) {
      await pin.follow(successions);
      expect(await pin.accept(first.id, successions)).toBe(true);
      expect(pin.expected).toBe(second.id);
      expect(trusted(pin)).toEqual([first.id, second.id]);
    }
  });

  it('back to a key that was left behind', async () => {
    const pin = await pinned();
    await pin.follow([await word(first, second)]);
    await pin.follow([await word(second, third)]);
    await pin.follow([await word(third, first)]);
    await pin.follow([await word(second, third), await word(third, first)]);
    expect(pin.expected).toBe(third.id);
  });

  it('when the same old statements come again', async () => {
    const pin = await pinned();
    const old = [await word(first, second)];
    await pin.follow([...old, await word(second, third)]);
    const before = await stat(path);
    await pin.follow(old);
    expect(await pin.accept(first.id, old)).toBe(true);
    expect(pin.expected).toBe(third.id);
    expect(await stat(path)).toEqual(before);
  });

  it('into the past: who isn’t trusted names no predecessor', async () => {
    const pin = await pinned();
    const claim = [await word(stranger, first)];
    // Shown by the stranger itself, which any first greeting might meet.
    expect(await pin.accept(stranger.id, claim)).toBe(false);
    expect(trusted(pin)).toEqual([first.id]);
  });
});

describe('the fingerprint of tracker_info.txt', () => {
  it('is the only key at first, and nothing is written for it', async () => {
    const pin = await open(second);
    expect([pin.expected, pin.accepts(first.id), pin.accepts(second.id)]).toEqual([second.id, false, true]);
    expect(await pin.accept(second.id, [])).toBe(true);
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(pin.advice).toBeUndefined();
  });

  it('may be a former key: the client follows, and says what to write', async () => {
    const pin = await open(first);
    await pin.accept(first.id, [await word(first, second)]);
    for (const one of [pin, await open(first)]) {
      expect(one.expected).toBe(second.id);
      expect(one.advice).toContain(`fingerprint=sha256:${second.id}`);
    }
    expect((await open(second)).advice).toBeUndefined();
    expect((await open()).expected).toBe(second.id);
  });

  it('that is another one is a new beginning', async () => {
    await (await pinned()).follow([await word(first, second)]);
    const pin = await open(stranger);
    expect(trusted(pin)).toEqual([stranger.id]);
    expect(pin.explain('somewhere:1', second.id)).toContain(stranger.id);
  });
});

describe('the file', () => {
  it('that is damaged is refused, whatever is left of it', async () => {
    await (await pinned()).follow([await word(first, second), await word(second, third)]);
    const good = await readFile(path, 'utf8');
    const [pin = '', one = '', two = ''] = good.split('\n');
    const bad = [
      '',
      '\n',
      good.slice(0, 40),
      good.slice(0, 100),
      good.slice(0, -10),
      `${pin}\n${two}\n${one}\n`,
      `${pin}\n${two}\n`,
      `${stranger.id}\n${one}\n${two}\n`,
      `${pin}\n${one}\n\n${two}\n`,
      good.replace(one, await word(stranger, second)),
    ];
    for (const text of bad) {
      await writeFile(path, text);
      await expect(open(), text).rejects.toThrow('is damaged');
      await expect(open(second), text).rejects.toThrow('is damaged');
    }
  });

  it('that was put back from a backup knows less, and catches up', async () => {
    const pin = await pinned();
    const backup = await readFile(path, 'utf8');
    await pin.follow([await word(first, second)]);
    await writeFile(path, backup);
    const again = await open();
    expect(again.expected).toBe(first.id);
    expect(await again.accept(first.id, [await word(first, second)])).toBe(true);
    expect(again.expected).toBe(second.id);
  });

  it('doesn’t grow without end', () => {
    const link = (at: number): KeyLink => ({ from: `${at}`, to: `${at + 1}`, at, text: '' }) as unknown as KeyLink;
    let chain = extended({ pinned: '0', links: [] }, [link(0)], false);
    for (let at = 1; at < MAX_PINNED_SUCCESSIONS + 10; at++) chain = extended(chain, [link(at)], false);
    expect(chain.links).toHaveLength(MAX_PINNED_SUCCESSIONS);
    expect(newestKey(chain)).toBe(`${MAX_PINNED_SUCCESSIONS + 10}`);
    expect(chain.pinned).toBe('10');
  });
});
