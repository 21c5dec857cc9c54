/** What holds for `applyOperation` whatever it is given: it is total, deterministic, idempotent, and leaves a sound state. */
import { operation as operationSchema } from '@p2p/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyOperation, brokenInvariants, emptyState, stateDigest } from '../src/index.js';
import { takeBack } from '../src/table.js';
import { operationLists } from './arbitrary-operations.js';
import { sha256 } from './world.js';

const runs = { numRuns: 300 };

test('what is generated is what may come over the wire', () => {
  fc.assert(
    fc.property(operationLists(30), (operations) => {
      for (const operation of operations) expect(operationSchema.parse(operation)).toEqual(operation);
    }),
    { numRuns: 50 },
  );
});

test('never throws, and every rule holds after every operation', () => {
  fc.assert(
    fc.property(operationLists(80), (operations) => {
      const state = emptyState();
      for (const operation of operations) {
        applyOperation(state, operation);
        expect(brokenInvariants(state)).toEqual([]);
      }
    }),
    runs,
  );
});

test('the same operations make the same outcomes and the same state', () => {
  fc.assert(
    fc.property(operationLists(80), (operations) => {
      const [one, other] = [emptyState(), emptyState()];
      const outcomes = operations.map((operation) => applyOperation(one, operation));
      expect(operations.map((operation) => applyOperation(other, structuredClone(operation)))).toEqual(outcomes);
      expect(stateDigest(other, sha256)).toBe(stateDigest(one, sha256));
    }),
    runs,
  );
});

test('an operation that was taken changes nothing when it is applied again', () => {
  fc.assert(
    fc.property(operationLists(80), (operations) => {
      const state = emptyState();
      for (const operation of operations) {
        const outcome = applyOperation(state, operation);
        const digest = stateDigest(state, sha256);
        expect(applyOperation(state, operation)).toEqual(outcome);
        expect(stateDigest(state, sha256)).toBe(digest);
      }
    }),
    { numRuns: 60 },
  );
});

test('taking back restores the state before', () => {
  fc.assert(
    fc.property(operationLists(60), fc.nat(), (operations, cut) => {
      const state = emptyState();
      const kept = operations.slice(0, cut % (operations.length + 1));
      for (const operation of kept) applyOperation(state, operation);
      const before = stateDigest(state, sha256);
      const writes = state.log.record(() => {
        for (const operation of operations.slice(kept.length)) applyOperation(state, operation);
      });
      takeBack(writes);
      expect(stateDigest(state, sha256)).toBe(before);
    }),
    runs,
  );
});
