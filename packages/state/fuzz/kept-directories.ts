/**
 * Data directories as trackers leave them behind, and what is known of each: which operations were kept, in which order,
 * and what their folded state is after each of them. Made once, and the same every time.
 */
import type { ClusterId, EncodedOperation } from '@p2p/protocol';
import { encodeOperation } from '@p2p/protocol';
import fc from 'fast-check';
import {
  type Expected,
  emptyMark,
  emptyState,
  type FileCommand,
  recover,
  stateDigest,
  Timeline,
} from '../src/index.js';
import { operationLists } from '../test/arbitrary-operations.js';
import { SimulatedDirectory } from '../test/storage/simulated-directory.js';
import { incarnationOf, sha256 } from '../test/world.js';

/** Segments so small that a few operations make several. */
export const expected: Expected = { cluster: 'c'.repeat(64) as ClusterId, slot: 1, segmentBytes: 1_500 };

const OPERATIONS = 24;

export interface KeptDirectory {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** In the order of the journal, which is that of their stamps. */
  readonly operations: readonly EncodedOperation[];
  /** Of the folded state, by the number of operations in it. */
  readonly digests: readonly string[];
}

/** How a tracker has lived: appended, folded, written the rows down, written them anew. */
type Life = readonly ('append' | 'fold' | 'write' | 'rewrite')[];

const lives: readonly Life[] = [
  [],
  ['append'],
  ['append', 'append', 'append', 'append', 'append'],
  ['append', 'append', 'fold', 'write', 'append', 'append'],
  ['append', 'append', 'append', 'fold', 'write', 'append', 'fold', 'write', 'append', 'append'],
  ['append', 'append', 'append', 'fold', 'rewrite', 'append', 'fold', 'write', 'append'],
];

export const keptDirectories: readonly KeptDirectory[] = lives.map((life, index) => keptAfter(life, 1 + index));

function keptAfter(life: Life, seed: number): KeptDirectory {
  const lists = fc.sample(operationLists(2 * OPERATIONS), { seed, numRuns: 20 });
  const list = lists.find(({ length }) => length >= OPERATIONS)?.slice(0, OPERATIONS) ?? [];
  const encoded = list.map(encodeOperation);
  const directory = new SimulatedDirectory();
  const perform = (commands: Iterable<FileCommand>) => {
    for (const command of commands) directory.perform(command);
  };
  const recovery = recover(directory, expected);
  if (recovery.kind !== 'empty') throw new Error('a new directory is not empty');
  const { store } = recovery;
  const timeline = new Timeline(sha256);
  perform(store.install({ incarnation: incarnationOf(1), state: emptyState(), mark: emptyMark, tail: [] }));
  let appended = 0;
  for (const step of life) {
    if (step === 'append') {
      const batch = encoded.slice(appended, appended + 4);
      appended += batch.length;
      timeline.insert(batch);
      perform(store.appendOperations(batch));
    } else if (step === 'fold') {
      timeline.settle(() => true, 6);
      const { rows, mark } = timeline.fold(6);
      perform(store.appendFold(rows, mark));
    } else if (step === 'write') perform(store.writeFold());
    else rewrite();
  }
  function rewrite(): void {
    const checkpoint = timeline.checkpoint();
    perform(store.beginRewrite());
    for (let rows = checkpoint.next(5); rows !== undefined; rows = checkpoint.next(5)) {
      perform([store.addToRewrite(rows)]);
    }
    checkpoint.end();
    perform(store.finishRewrite(checkpoint.mark));
  }
  const names = directory.list().filter((name) => name !== 'lock');
  return {
    files: new Map(names.map((name) => [name, directory.bytesOf(name)])),
    operations: encoded.slice(0, appended),
    digests: digestsOf(encoded.slice(0, appended)),
  };
}

function digestsOf(operations: readonly EncodedOperation[]): string[] {
  return Array.from({ length: operations.length + 1 }, (_, count) => {
    const timeline = new Timeline(sha256);
    timeline.insert(operations.slice(0, count));
    timeline.settle(() => true, count);
    if (count > 0) timeline.fold(count);
    return stateDigest(timeline.state, sha256);
  });
}
