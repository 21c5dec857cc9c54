import { mkdtemp, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ClusterId,
  encodeOperation,
  type IncarnationId,
  type Operation,
  type RequestId,
  type UserId,
} from '@p2p/protocol';
import { type Expected, emptyState, type ReplicaBase, Timeline } from '@p2p/state';
import { expect, onTestFinished, test } from 'vitest';
import type { Disk } from '../src/storage/disk.js';
import { openDirectory } from '../src/storage/open-directory.js';

const cluster = 'c'.repeat(64) as ClusterId;
const usual: Expected = { cluster, slot: 1, segmentBytes: 2_000, rewriteBytes: 500 };
const incarnation = `1.${'0'.repeat(16)}` as IncarnationId;
/** No digest is compared here. */
const sha256 = () => new Uint8Array(32);

const newDirectory = () => mkdtemp(join(tmpdir(), 'p2p-storage-'));

/** A directory that has been opened, and what its disk says. */
class Opened {
  readonly disk: Disk;
  readonly base: ReplicaBase;
  readonly timeline: Timeline;
  /** Users among the folded rows, before the timeline goes on with them. */
  readonly foldedUsers: number;
  upTo = 0;
  failure: string | undefined;
  #wake: () => void = () => undefined;

  constructor(disk: Disk, base: ReplicaBase) {
    this.disk = disk;
    this.base = base;
    this.foldedUsers = base.state.users.size;
    this.timeline = new Timeline(sha256, base);
    this.timeline.insert(base.tail);
    disk.onFlushed((upTo) => {
      this.upTo = upTo;
      this.#wake();
    });
    onTestFinished(() => disk.close());
  }

  fail(line: string): void {
    this.failure = line;
    this.#wake();
  }

  /** Until it is flushed up to here, or has failed. */
  async flushed(upTo: number): Promise<void> {
    while (this.upTo < upTo && this.failure === undefined) await new Promise<void>((wake) => (this.#wake = wake));
  }

  /** Hands over operations from `first` on, each on its own. */
  persist(first: number, last: number): void {
    for (let seq = first; seq <= last; seq++) {
      const operations = [encodeOperation(createUser(seq))];
      this.timeline.insert(operations);
      this.disk.persist({ kind: 'persist', operations, upTo: seq });
    }
  }

  fold(limit: number): void {
    this.timeline.settle(() => true, limit);
    const { rows, mark } = this.timeline.fold(limit);
    this.disk.fold({ kind: 'fold', rows, mark }, () => this.timeline.checkpoint());
  }
}

async function opened(directory: string, expected = usual): Promise<Opened> {
  let told: Opened | undefined;
  const result = await openDirectory({
    directory,
    expected,
    freshIncarnation: () => incarnation,
    failed: (line) => told?.fail(line),
  });
  if (!result.ok) throw new Error(result.message);
  told = new Opened(result.disk, result.base);
  return told;
}

async function refusalOf(directory: string, expected = usual): Promise<string> {
  const result = await openDirectory({
    directory,
    expected,
    freshIncarnation: () => incarnation,
    failed: () => undefined,
  });
  if (!result.ok) return result.message;
  await result.disk.close();
  throw new Error('it was opened');
}

function createUser(seq: number): Operation {
  const user = `${'d'.repeat(64)}.${seq}`;
  return {
    stamp: { time: 1_700_000_000_000 + seq, count: 0, incarnation },
    seq,
    requestId: user as RequestId,
    mode: 'reject',
    actor: null,
    body: { kind: 'create_user', user: user as UserId, name: `user ${seq}` as never, credential: 'hash' },
  };
}

test('a directory that keeps nothing begins with an empty state', async () => {
  const { base } = await opened(await newDirectory());
  expect(base).toMatchObject({ incarnation, tail: [], mark: { count: 0 } });
});

test('what was flushed is there when the directory is opened again', async () => {
  const directory = await newDirectory();
  const first = await opened(directory);
  first.persist(1, 50);
  await first.flushed(50);
  first.persist(51, 100);
  await first.flushed(100);
  expect((await readdir(directory)).filter((name) => name.includes('journal')).length).toBeGreaterThan(1);
  const second = await opened(directory);
  expect(second.base.tail.map(({ operation }) => operation)).toEqual(numbered(1, 100));
  second.persist(101, 120);
  await second.flushed(120);
  expect((await opened(directory)).base.tail.map(({ operation }) => operation)).toEqual(numbered(1, 120));
});

function numbered(first: number, last: number): Operation[] {
  return Array.from({ length: last - first + 1 }, (_, at) => createUser(first + at));
}

test('folded rows are read back, and written anew when they have grown', async () => {
  const directory = await newDirectory();
  const first = await opened(directory);
  first.persist(1, 60);
  await first.flushed(60);
  for (let round = 0; round < 20; round++) first.fold(1);
  await first.disk.close();
  const second = await opened(directory);
  expect([second.base.mark.count, second.base.tail.length]).toEqual([20, 40]);
  expect(second.foldedUsers).toBe(20);
  // The next changes are more than the bytes from which on a rewrite is due.
  second.fold(20);
  await second.disk.close();
  const third = await opened(directory);
  third.fold(1);
  await rewritten(directory);
  await third.disk.close();
  const { base, foldedUsers } = await opened(directory);
  expect([base.mark.count, base.tail.length, foldedUsers]).toEqual([41, 19, 41]);
});

/** Until a second file of the folded state is the only one. */
async function rewritten(directory: string): Promise<void> {
  for (;;) {
    const folded = (await readdir(directory)).filter((name) => name.includes('folded'));
    if (folded.length === 1 && folded[0] !== '1.folded.1.log') return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('what is installed takes the place of all that was kept', async () => {
  const directory = await newDirectory();
  const first = await opened(directory);
  first.persist(1, 30);
  await first.flushed(30);
  const next = `1.${'1'.repeat(16)}` as IncarnationId;
  const tail = numbered(1, 3).map(encodeOperation);
  const { mark } = first.base;
  await first.disk.install({ incarnation: next, state: emptyState(), mark, tail });
  const second = await opened(directory);
  expect(second.base.incarnation).toBe(next);
  expect(second.base.tail.map(({ operation }) => operation.seq)).toEqual([1, 2, 3]);
  expect((await readdir(directory)).every((name) => name.startsWith('2.'))).toBe(true);
});

test('after the first failed write nothing is flushed any more', async () => {
  const directory = await newDirectory();
  const tracker = await opened(directory);
  await symlink('/dev/full', join(directory, '1.journal.2.log'));
  let last = 0;
  while (tracker.failure === undefined) {
    last += 1;
    tracker.persist(last, last);
    await tracker.flushed(last);
  }
  expect(tracker.failure).toBe(
    `${join(directory, '1.journal.2.log')} cannot be used – no space is left on its disk: free some and start again`,
  );
  expect(tracker.upTo).toBe(last - 1);
  tracker.persist(last + 1, last + 5);
  await tracker.disk.close();
  expect(tracker.upTo).toBe(last - 1);
});

test('a torn end is cut off, damage before the end is named', async () => {
  const directory = await newDirectory();
  const first = await opened(directory, { cluster, slot: 1 });
  for (let seq = 1; seq <= 5; seq++) {
    first.persist(seq, seq);
    await first.flushed(seq);
  }
  await first.disk.close();
  const journal = join(directory, '1.journal.1.log');
  const whole = await readFile(journal);
  await truncate(journal, whole.length - 3);
  expect((await opened(directory)).base.tail).toHaveLength(4);
  whole[whole.length >> 1] = (whole[whole.length >> 1] as number) ^ 1;
  await writeFile(journal, whole);
  expect(await refusalOf(directory)).toMatch(/1\.journal\.1\.log is damaged at byte \d+.*empty the data directory/);
});

test("another cluster's directory, another tracker's, and one that isn't there, are refused", async () => {
  const directory = await newDirectory();
  await (await opened(directory)).disk.close();
  expect(await refusalOf(directory, { cluster: 'd'.repeat(64) as ClusterId, slot: 1 })).toContain('another cluster');
  expect(await refusalOf(directory, { cluster, slot: 2 })).toContain('another tracker number');
  expect(await refusalOf(join(directory, 'nowhere'))).toContain('nowhere cannot be used');
});
