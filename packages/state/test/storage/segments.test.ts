/** A crash while one more segment of the journal is being begun: it is as if it had never been begun. */
import type { ClusterId } from '@p2p/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Expected, FileCommand } from '../../src/storage/files.js';
import { recover } from '../../src/storage/recover.js';
import { operationLists } from '../arbitrary-operations.js';
import { incarnationOf } from '../world.js';
import { KeptHistory } from './kept-history.js';
import { SimulatedDirectory } from './simulated-directory.js';

/** Every commit begins a segment. */
const expected: Expected = { cluster: 'c'.repeat(64) as ClusterId, slot: 1, segmentBytes: 1 };

// What was folded claimed that the segment was there, of which nothing was on the disk yet.
test('rows that are written while a segment is begun need nothing of it', () => {
  let written = 0;
  const runs = fc.tuple(operationLists(30), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(runs, ([operations, limit, performed]) => {
      const directory = new SimulatedDirectory(1_000);
      const perform = (commands: Iterable<FileCommand>) => {
        for (const command of commands) directory.perform(command);
      };
      const history = new KeptHistory(incarnationOf(1), operations);
      const recovery = recover(directory, expected);
      if (recovery.kind !== 'empty') throw new Error('not empty');
      const { store } = recovery;
      perform(store.install(history.base));
      for (let count = 0; count < 3; count++) {
        const batch = history.append(5);
        if (batch.length > 0) perform(store.appendOperations(batch));
        history.flushed = history.appended;
      }
      const last = history.append(5);
      if (last.length === 0) return;
      const commit = store.appendOperations(last);
      perform(commit.slice(0, performed));
      const folded = history.fold(limit);
      if (folded === undefined) return;
      perform(store.appendFold(folded.rows, folded.mark));
      perform(store.writeFold());
      written += 1;
      for (const chance of [0, 0.5, 0.999]) {
        const crashed = directory.clone();
        crashed.crash(() => chance);
        const found = recover(crashed, expected);
        if (found.kind !== 'recovered') throw new Error(found.kind === 'unusable' ? found.message : found.kind);
        history.expectToBe(found.base);
      }
    }),
    { numRuns: 60 },
  );
  expect(written).toBeGreaterThan(20);
});
