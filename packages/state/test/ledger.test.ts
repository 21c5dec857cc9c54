/** What one tracker holds: what it takes in from others, what it refuses, and when it puts it in its place. */
import { type EncodedOperation, encodeOperation, type Operation } from '@p2p/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyMark, emptyState, stateDigest } from '../src/index.js';
import { Ledger } from '../src/replica/ledger.js';
import { operationLists } from './arbitrary-operations.js';
import { incarnationOf, sha256, World } from './world.js';

const own = incarnationOf(9);
const ledger = (tail: readonly EncodedOperation[] = []) =>
  new Ledger({ incarnation: own, state: emptyState(), mark: emptyMark, tail }, sha256);
const encoded = (operations: readonly Operation[]) => operations.map(encodeOperation);
const digestOf = ({ timeline }: Ledger) => stateDigest(timeline.state, sha256);

/** Operations of one other tracker, in order. */
function operationsOf(...users: string[]): EncodedOperation[] {
  const world = new World(1);
  for (const user of users) world.user(user);
  return encoded(world.operations);
}

describe('what others send', () => {
  test('is held at once, and put in its place by a merge', () => {
    const [first, second] = operationsOf('ann') as [EncodedOperation, EncodedOperation];
    const held = ledger();
    expect(held.receive([first, second])).toEqual({ ok: true, fresh: [first, second] });
    expect(held.have).toEqual({ [incarnationOf(1)]: 2 });
    expect([held.hasBacklog, held.timeline.length, held.persisted]).toEqual([true, 0, 2]);
    expect(held.merge().map(({ operation }) => operation.seq)).toEqual([1, 2]);
    expect([held.hasBacklog, held.timeline.length]).toEqual([false, 2]);
  });

  test('is skipped where it is known, and twice in a batch', () => {
    const [first, second] = operationsOf('ann') as [EncodedOperation, EncodedOperation];
    const held = ledger();
    held.receive([first]);
    expect(held.receive([first, first, second, second])).toEqual({ ok: true, fresh: [second] });
    expect(held.persisted).toBe(2);
  });

  test('with one missing in between is not taken at all', () => {
    const [first, , third, fourth] = operationsOf('ann', 'ben') as EncodedOperation[];
    const held = ledger();
    const batch = [first, third, fourth] as EncodedOperation[];
    expect(held.receive(batch)).toEqual({ ok: false, fault: 'gap' });
    expect([held.have, held.persisted, held.hasBacklog]).toEqual([{}, 0, false]);
  });

  test('that belongs before what is final is not taken at all', () => {
    const world = new World(2);
    world.now += 1_000;
    world.user('later');
    const held = ledger();
    held.receive(encoded(world.operations));
    held.merge();
    held.timeline.settle(() => true, 1);
    const early = operationsOf('ann');
    expect(held.receive(early)).toEqual({ ok: false, fault: 'settled' });
    expect(held.have).toEqual({ [incarnationOf(2)]: 2 });
  });

  test('moves the clock, so that what is made here comes behind it', () => {
    const operations = operationsOf('ann');
    const held = ledger();
    held.receive(operations);
    const { stamp, seq } = held.nextPlace(0);
    expect(seq).toBe(1);
    expect(stamp.time).toBe(operations.at(-1)?.operation.stamp.time);
    expect(stamp.count).toBeGreaterThan(operations.at(-1)?.operation.stamp.count ?? 0);
  });
});

describe('a backlog', () => {
  test('waits while more is coming, where it would take back more than it adds', () => {
    const [first, second, third] = operationsOf('ann', 'ben') as [EncodedOperation, EncodedOperation, EncodedOperation];
    const later = new World(2);
    later.now += 1_000;
    for (const user of ['cay', 'dee']) later.user(user);
    const held = ledger(encoded(later.operations));
    held.receive([first]);
    expect(held.merge(true)).toEqual([]);
    held.receive([second, third]);
    expect(held.merge(true), 'three to come before four').toEqual([]);
    expect(held.merge()).toHaveLength(7);
  });

  test('does not wait where it comes behind everything', () => {
    const held = ledger();
    held.receive(operationsOf('ann'));
    expect(held.merge(true)).toHaveLength(2);
  });

  test('merged whenever it comes to as much as it displaces is what one by one comes to', () => {
    fc.assert(
      fc.property(operationLists(60), fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }), (all, batches) => {
        const [waiting, oneByOne] = [ledger(), ledger()];
        const bySender = [1, 2, 3].flatMap((slot) =>
          encoded(all.filter(({ stamp }) => stamp.incarnation === incarnationOf(slot))),
        );
        let at = 0;
        for (const size of [...batches, all.length]) {
          waiting.receive(bySender.slice(at, at + size));
          waiting.merge(true);
          at += size;
        }
        waiting.merge();
        for (const each of bySender) {
          oneByOne.receive([each]);
          oneByOne.merge();
        }
        expect([...waiting.timeline.unfolded()].map(({ operation }) => operation)).toEqual(all);
        expect(digestOf(waiting)).toBe(digestOf(oneByOne));
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is flushed', () => {
  test('is what came first', () => {
    const held = ledger();
    held.receive(operationsOf('ann', 'ben'));
    held.flush(1);
    expect([held.flushed, held.flushedEnd]).toEqual([{ [incarnationOf(1)]: 1 }, 1]);
    held.flush(4);
    expect(held.flushed).toEqual(held.have);
    expect(() => held.flush(5)).toThrow('never persisted');
  });

  test('includes what a tracker starts with, which is not counted again', () => {
    const held = ledger(operationsOf('ann'));
    expect([held.flushed, held.persisted]).toEqual([{ [incarnationOf(1)]: 2 }, 0]);
  });

  test('and folded is forgotten, as far as no link has to read it', () => {
    const held = ledger();
    held.receive(operationsOf('ann', 'ben'));
    held.merge();
    held.flush(4);
    held.timeline.settle(() => true, 3);
    held.timeline.fold(3);
    held.forgetFolded(2);
    expect(held.arrivalsStart).toBe(2);
    held.forgetFolded(4);
    expect(held.arrivalsStart, 'the fourth is not folded').toBe(3);
  });
});
