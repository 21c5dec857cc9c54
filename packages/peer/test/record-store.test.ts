/** What a client remembers, and what becomes of it on a bad disk: never a crash, never a wrong record, never a silent loss. */
import { chmod, cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type OpenedRecords, RecordStore } from '../src/library/record-store.js';
import { type RecordBody, seal, unseal } from '../src/library/sealed-record.js';
import { patternBytes } from './pattern-bytes.js';
import { temporaryDirectory } from './temporary-directory.js';

let directory: string;
const inDirectory = (...names: string[]): string => join(directory, ...names);

beforeEach(async () => {
  directory = join(await temporaryDirectory(), 'library');
});

async function opened(place = directory): Promise<OpenedRecords> {
  const records = await RecordStore.open(place);
  records.store.complainBy((reason) => expect.fail(reason));
  onTestFinished(() => records.store.close());
  return records;
}

const body = (number: number, length = 3): RecordBody => ({ header: { number }, bytes: patternBytes(length) });

/** A store of `count` records that was closed in good order: some old, in LevelDB's tables, some in its journal. */
async function filled(count: number): Promise<Map<string, RecordBody>> {
  const all = new Map<string, RecordBody>();
  for (let run = 0; run < 2; run++) {
    const { store } = await opened();
    for (let number = run; number < count; number += 2) {
      all.set(`record ${number}`, body(number, 400));
      expect(await store.write([[`record ${number}`, body(number, 400)]])).toBe(true);
    }
    await store.close();
  }
  return all;
}

const plain = (records: ReadonlyMap<string, RecordBody>) =>
  Object.fromEntries(
    [...records].map(([key, { header, bytes }]) => [key, [header, Buffer.from(bytes).toString('hex')]]),
  );

describe('a record', () => {
  it('is read as it was written', () => {
    const record = { header: { path: '/ä "b"', list: [1, null] }, bytes: patternBytes(1000) };
    expect(plain(new Map([['k', unseal('k', seal('k', record)) as RecordBody]]))).toEqual(
      plain(new Map([['k', record]])),
    );
  });

  it('is none where one bit differs, a byte is missing, or it stands under another key', () => {
    const sealed = seal('key', body(1));
    expect(unseal('kez', sealed)).toBeUndefined();
    for (let at = 0; at < sealed.length; at++) {
      const flipped = sealed.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      expect(unseal('key', flipped)).toBeUndefined();
      expect(unseal('key', sealed.subarray(0, at))).toBeUndefined();
    }
  });
});

describe('a store', () => {
  it('has what was written, after a close and without one', async () => {
    const first = await opened();
    expect(first).toMatchObject({ records: new Map(), complaint: undefined });
    await first.store.write([
      ['a', body(1)],
      ['b', body(2)],
    ]);
    await first.store.write([
      ['a', undefined],
      ['c', body(3, 300_000)],
    ]);
    await cp(directory, `${directory}-as-after-a-kill`, { recursive: true });
    await first.store.close();
    for (const place of [directory, `${directory}-as-after-a-kill`]) {
      const again = await opened(place);
      expect(again.complaint).toBeUndefined();
      expect(plain(again.records)).toEqual(
        plain(
          new Map([
            ['b', body(2)],
            ['c', body(3, 300_000)],
          ]),
        ),
      );
    }
  });

  it('knows how many records it has, whatever is written again, or taken away twice', async () => {
    const { store } = await opened();
    await store.write(['a', 'b', 'c'].map((key) => [key, body(1)] as const));
    await store.write([
      ['a', body(2)],
      ['b', undefined],
      ['never there', undefined],
    ]);
    await store.write([
      ['b', undefined],
      ['d', body(4)],
    ]);
    await store.close();
    const again = await opened();
    expect(again.complaint).toBeUndefined();
    expect([...again.records.keys()]).toEqual(['a', 'c', 'd']);
  });

  it.skipIf(process.platform === 'win32')('is for nobody else to read', async () => {
    const { store } = await opened();
    await chmod(directory, 0o700);
    for (let number = 0; number < 10; number++) await store.write([[`large ${number}`, body(number, 1_000_000)]]);
    const entries = await readdir(directory, { recursive: true });
    expect(entries.length).toBeGreaterThan(5);
    for (const name of entries) expect((await stat(inDirectory(name))).mode & 0o077, name).toBe(0);
  });

  it('that is closed takes nothing more', async () => {
    const { store } = await opened();
    await store.close();
    await store.close();
    expect(await store.write([['a', body(1)]])).toBe(false);
  });

  it('that cannot be used says so, and is done without', async () => {
    await writeFile(directory, 'in its place');
    const { store, records, complaint } = await opened();
    expect(complaint).toContain(directory);
    expect(records.size).toBe(0);
    expect(await store.write([['a', body(1)]])).toBe(false);
  });
});

describe('a damaged store', () => {
  it('keeps what can be read, says that something is missing, and puts the damaged files aside', async () => {
    const all = await filled(40);
    const [journal = ''] = (await readdir(inDirectory('store'))).filter((name) => name.endsWith('.log'));
    await truncate(inDirectory('store', journal), 5_000);
    const { records, complaint, store } = await opened();
    expect(complaint).toContain(inDirectory('damaged'));
    expect(records.size).toBeGreaterThan(10);
    expect(records.size).toBeLessThan(all.size);
    expect(await readdir(inDirectory('damaged'))).toContain('CURRENT');
    await store.close();
    expect(await opened()).toMatchObject({ complaint: undefined });
  });

  it('of which everything is gone says so', async () => {
    await filled(4);
    await rm(inDirectory('store'), { recursive: true });
    const { records, complaint } = await opened();
    expect(records.size).toBe(0);
    expect(complaint).toContain('nothing of it could be read');
  });

  it('never gives a record that was not written, and misses none without a word', async () => {
    const all = await filled(60);
    const whole = `${directory}-whole`;
    await cp(directory, whole, { recursive: true });
    const files = (await readdir(join(whole, 'store'))).filter((name) => name !== 'LOCK');
    const damage = fc.record({
      file: fc.constantFrom(...files),
      kind: fc.constantFrom('flip', 'cut', 'garbage', 'zeros', 'remove', 'append'),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      byte: fc.integer({ min: 1, max: 255 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(damage, async ({ file, kind, at, byte }) => {
        const place = `${directory}-${++run}`;
        await cp(whole, place, { recursive: true });
        await harm(join(place, 'store', file), { kind, at, byte });
        const { records, complaint, store } = await RecordStore.open(place);
        await store.close();
        for (const [key, found] of records) {
          expect(plain(new Map([[key, found]]))).toEqual(plain(new Map([[key, all.get(key) as RecordBody]])));
        }
        if (records.size < all.size) expect(complaint).toBeDefined();
        await rm(place, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });

  interface Harm {
    readonly kind: string;
    /** Where, as a part of the whole. */
    readonly at: number;
    readonly byte: number;
  }

  async function harm(path: string, { kind, at, byte }: Harm): Promise<void> {
    const bytes = await readFile(path);
    const place = Math.floor(at * bytes.length);
    if (kind === 'remove') return rm(path);
    if (kind === 'cut') return truncate(path, place);
    if (kind === 'flip' && bytes.length > 0) bytes[place] = (bytes[place] ?? 0) ^ byte;
    if (kind === 'garbage') patternBytes(4_096).copy(bytes, place);
    if (kind === 'zeros') bytes.subarray(place, place + 4_096).fill(0);
    await writeFile(path, kind === 'append' ? Buffer.concat([bytes, patternBytes(50)]) : bytes);
  }
});
