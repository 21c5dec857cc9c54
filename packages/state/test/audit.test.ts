/** The audit of a data directory: the operations and digests of a whole one, and the fault of one that is not. */
import type { ClusterId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { type AuditedOperation, type AuditVerdict, openAudit } from '../src/audit.js';
import { toHex } from '../src/digest.js';
import { type Expected, type FileCommand, recover, type Store } from '../src/index.js';
import { encodeContent } from '../src/storage/contents.js';
import { LogReader } from '../src/storage/log-reader.js';
import { encodeRecord } from '../src/storage/records.js';
import { KeptHistory } from './storage/kept-history.js';
import { SimulatedDirectory } from './storage/simulated-directory.js';
import { type Member, sha256, World } from './world.js';

const expected: Expected = { cluster: 'c'.repeat(64) as ClusterId, slot: 1, segmentBytes: 2_000 };

/** What people have done, by two trackers' operations. */
function operations() {
  const world = new World();
  const [ann, ben] = ['ann', 'ben'].map((name) => world.user(name)) as [Member, Member];
  world.group('films', ann, ben);
  for (let number = 0; number < 20; number++) world.share(number % 2 ? ann : ben, 'films', `film-${number}`);
  world.run(ann, { type: 'remove_file', group: 'films', file: 'film-3' });
  return world.operations;
}

/** A directory in which all has been kept and the first `final` of them folded, in portions. */
function kept(final: number, base: [folded: number, tail: number] = [0, 0]) {
  const directory = new SimulatedDirectory();
  const perform = (commands: Iterable<FileCommand>) => {
    for (const command of commands) directory.perform(command);
  };
  const recovery = recover(directory, expected);
  if (recovery.kind !== 'empty') throw new Error('not empty');
  const { store } = recovery;
  const all = operations();
  const history = new KeptHistory(all[0]?.stamp.incarnation as never, all, base);
  perform(store.install(history.base));
  while (history.appended < all.length) {
    perform(store.appendOperations(history.append(4)));
    history.flushed = history.appended;
  }
  for (let left = final - base[0]; left > 0; left -= 7) foldInto(store, history, Math.min(7, left), perform);
  return { directory, store, history, perform, all };
}

function foldInto(
  store: Store,
  history: KeptHistory,
  limit: number,
  perform: (commands: Iterable<FileCommand>) => void,
): void {
  const folded = history.fold(limit);
  if (folded === undefined) throw new Error('nothing to fold');
  perform(store.appendFold(folded.rows, folded.mark));
  perform(store.writeFold());
}

function audit(directory: SimulatedDirectory): { rows: AuditedOperation[]; verdict: AuditVerdict } {
  const opened = openAudit(directory, sha256);
  if (opened.kind !== 'audit') throw new Error(JSON.stringify(opened));
  const rows: AuditedOperation[] = [];
  const operations = opened.operations();
  for (;;) {
    const { done, value } = operations.next();
    if (done) return { rows, verdict: value };
    rows.push(value);
  }
}

/** Replaces the contents of a file's records: whoever does it knows how to make a checksum. */
function forge(
  directory: SimulatedDirectory,
  file: string,
  change: (content: never, ordinal: number) => unknown,
): void {
  const reader = new LogReader(directory, file);
  const records: number[] = [];
  for (let read = reader.next(); read !== undefined; read = reader.next()) {
    const content = change(read.content as never, read.ordinal) ?? read.content;
    records.push(...encodeRecord(read.ordinal, encodeContent(content as never)));
  }
  directory.overwrite(file, Uint8Array.from(records));
}

describe('a whole directory', () => {
  test('gives the final operations in their order, with the digests that the tracker came to', () => {
    const { directory, history, all } = kept(21);
    const { rows, verdict } = audit(directory);
    expect(rows.map(({ operation }) => operation)).toEqual(all.slice(0, 21));
    expect(rows.map(({ count }) => count)).toEqual(all.slice(0, 21).map((_, index) => index + 1));
    const digest = toHex(history.timeline.mark.digest);
    expect(rows.at(-1)?.digest).toBe(digest);
    expect(verdict).toEqual({ ok: true, count: 21, digest, open: all.length - 21 });
  });

  test('says whose it is, and what things are called', () => {
    const { directory, all } = kept(operations().length);
    const opened = openAudit(directory, sha256);
    expect(opened).toMatchObject({ kind: 'audit', slot: 1, incarnation: all[0]?.stamp.incarnation, begin: 0 });
    expect(opened.kind === 'audit' && [...opened.state.userNames.entries()].map(([name]) => name)).toEqual([
      'ann',
      'ben',
    ]);
  });

  test('may begin with rows that came from another tracker', () => {
    const { directory, history, all } = kept(21, [9, 3]);
    const { rows, verdict } = audit(directory);
    expect(openAudit(directory, sha256)).toMatchObject({ begin: 9 });
    expect(rows.map(({ operation }) => operation)).toEqual(all.slice(9, 21));
    expect(rows[0]?.count).toBe(10);
    expect(verdict).toMatchObject({ ok: true, count: 21, digest: toHex(history.timeline.mark.digest) });
  });

  test('is one whose last write was cut off', () => {
    const { directory, all } = kept(21);
    const file = lastSegment(directory);
    directory.overwrite(file, directory.bytesOf(file).slice(0, -3));
    expect(audit(directory).verdict).toMatchObject({ ok: true, count: 21 });
    expect(all.length).toBeGreaterThan(21);
  });

  test('may hold nothing yet', () => {
    expect(openAudit(new SimulatedDirectory(), sha256)).toEqual({ kind: 'empty' });
    expect(audit(kept(0).directory)).toMatchObject({ rows: [], verdict: { ok: true, count: 0 } });
  });
});

describe('a directory that was tampered with, checksums and all', () => {
  const journal = '1.journal.1.log';
  const folded = '1.folded.1.log';

  test('an operation that was changed', () => {
    const { directory, all } = kept(21);
    let isFirst = true;
    forge(directory, journal, ({ kind, operations: batch }: { kind: string; operations: Uint8Array[] }) => {
      if (kind !== 'batch' || !isFirst) return undefined;
      isFirst = false;
      const [first, ...rest] = batch;
      return { kind, operations: [changed(first as Uint8Array), ...rest] };
    });
    expect(audit(directory).verdict).toMatchObject({
      ok: false,
      file: folded,
      message: expect.stringContaining('another digest'),
    });
    expect(all.length).toBeGreaterThan(0);
  });

  test('an operation that was taken out', () => {
    const { directory } = kept(21);
    let isFirst = true;
    forge(directory, journal, ({ kind, operations: batch }: { kind: string; operations: Uint8Array[] }) => {
      if (kind !== 'batch' || !isFirst) return undefined;
      isFirst = false;
      return { kind, operations: batch.slice(1) };
    });
    expect(openAudit(directory, sha256)).toMatchObject({ kind: 'unusable', reason: 'damaged', file: journal });
  });

  test('a mark that counts more than there is', () => {
    const { directory } = kept(21);
    forge(directory, folded, ({ kind, mark, ...rest }: { kind: string; mark: { count: number } }) =>
      kind === 'folded' && mark.count === 21 ? { kind, mark: { ...mark, count: 22 }, ...rest } : undefined,
    );
    const { verdict } = audit(directory);
    expect(verdict).toMatchObject({ ok: false, file: folded, message: expect.stringMatching(/21 operations.*22/) });
  });

  test('rows that were changed', () => {
    const { directory } = kept(21);
    const isMark = ({ kind, mark }: { kind: string; mark: { count: number } }) => kind === 'folded' && mark.count === 7;
    forge(directory, folded, (content: never) => (isMark(content) ? { ...(content as object), rows: [] } : undefined));
    expect(audit(directory).verdict).toMatchObject({
      ok: false,
      file: folded,
      message: expect.stringContaining('rows'),
    });
  });

  test('a segment that is gone', () => {
    const { directory } = kept(21);
    directory.perform({ kind: 'remove', file: journal });
    expect(openAudit(directory, sha256)).toMatchObject({ kind: 'unusable', file: journal });
  });
});

function lastSegment(directory: SimulatedDirectory): string {
  const files = directory.list().filter((file) => file.includes('journal'));
  return files.sort((a, b) => Number(a.split('.')[2]) - Number(b.split('.')[2])).at(-1) as string;
}

/** Another digit in the request id's counter keeps it an operation. */
function changed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const text = Array.from(copy, (byte) => String.fromCharCode(byte)).join('');
  const at = text.indexOf("hash of ann's password");
  copy[at] = 'H'.charCodeAt(0);
  return copy;
}
