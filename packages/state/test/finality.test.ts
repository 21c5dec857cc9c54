/** Which operations are final, by what each tracker is known to have flushed. */
import { encodeOperation, type IncarnationId, type Operation, type OperationBody, type Vector } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { emptyMark, emptyState } from '../src/index.js';
import { Finality } from '../src/replica/finality.js';
import { Ledger, ownRequestId } from '../src/replica/ledger.js';
import { CLUSTER } from './network.js';
import { BEGINNING_MS, deviceIdOf, incarnationOf, sha256 } from './world.js';

type Hello = Extract<OperationBody, { kind: 'hello' }>;
const [one, two, three] = [incarnationOf(1), incarnationOf(2), incarnationOf(3)];
const twoAgain = incarnationOf(2, 1);

function operationOf(incarnation: IncarnationId, seq: number, body: OperationBody, time: number): Operation {
  const stamp = { time: BEGINNING_MS + time, count: 0, incarnation };
  const isOfSlot = body.kind === 'hello' || body.kind === 'retire' || body.kind === 'vacate';
  const requestId = isOfSlot ? ownRequestId(stamp) : (`${deviceIdOf(incarnation)}.${seq}` as never);
  return { stamp, seq, requestId, mode: 'keep', actor: null, body };
}

const hello = (incarnation: IncarnationId, time: number, what: Partial<Hello> = {}) =>
  operationOf(
    incarnation,
    1,
    { kind: 'hello', slot: Number(incarnation[0]), replaces: [], answers: [], ...what },
    time,
  );
const closing = (incarnation: IncarnationId, seq: number, time: number) =>
  operationOf(incarnation, seq, { kind: 'close_session', session: 'a'.repeat(64) as never }, time);

/** What tracker 1 of three knows, with these operations on its disk. */
function knowing(...operations: Operation[]) {
  const base = { incarnation: one, state: emptyState(), mark: emptyMark, tail: operations.map(encodeOperation) };
  const ledger = new Ledger(base, sha256);
  const options = { cluster: CLUSTER, slot: 1, slots: [1, 2, 3], sha256, freshIncarnation: () => one };
  const finality = new Finality(options, ledger, one);
  /** Of the operations, in order, those that are final by themselves. */
  const held = () => {
    const isHeld = finality.held();
    return isHeld === undefined ? undefined : operations.filter(isHeld).length;
  };
  const receive = (operation: Operation) => {
    ledger.receive([encodeOperation(operation)]);
    operations.push(operation);
  };
  return { ledger, finality, held, receive };
}

const hellos = [hello(one, 1), hello(two, 2), hello(three, 3)];
const all = { [one]: 1, [two]: 1, [three]: 1 } as Vector;

describe('an operation is final', () => {
  test('when every tracker has flushed it, and not before', () => {
    const { finality, held } = knowing(...hellos);
    expect(held()).toBeUndefined();
    finality.hear(two, all);
    expect(held()).toBeUndefined();
    finality.hear(three, all);
    expect(held()).toBe(3);
  });

  test('not while nobody has greeted from one of the slots', () => {
    const { finality, held } = knowing(hello(one, 1), hello(two, 2));
    finality.hear(two, { [one]: 1, [two]: 1 });
    expect(held()).toBeUndefined();
  });

  test('not while it is not flushed here', () => {
    const { ledger, finality, held, receive } = knowing(...hellos);
    receive(closing(three, 2, 4));
    ledger.merge();
    for (const other of [two, three]) finality.hear(other, { ...all, [three]: 2 });
    expect(held()).toBe(3);
    ledger.flush(1);
    expect(held()).toBe(4);
  });

  test('not while something that was received waits to be put in its place', () => {
    const { ledger, finality, held, receive } = knowing(...hellos);
    for (const other of [two, three]) finality.hear(other, all);
    receive(closing(three, 2, 4));
    expect(held()).toBeUndefined();
    ledger.merge();
    expect(held()).toBe(3);
  });
});

describe('an acknowledgement counts', () => {
  test('as far as all that it covers is here', () => {
    const { ledger, finality, held, receive } = knowing(...hellos, closing(one, 2, 4));
    for (const other of [two, three]) finality.hear(other, all);
    expect(held()).toBe(3);
    // Both have operation 2 of tracker 1, and one of tracker 3 that is not here: it may belong before.
    for (const other of [two, three]) finality.hear(other, { ...all, [one]: 2, [three]: 2 });
    expect(held(), 'the one before still counts').toBe(3);
    receive(closing(three, 2, 3));
    ledger.merge();
    ledger.flush(1);
    expect(held()).toBe(5);
  });

  test('only with the greeting of every current incarnation: one of a former could still slip in', () => {
    const { ledger, finality, held, receive } = knowing(...hellos);
    for (const other of [two, three]) finality.hear(other, all);
    receive(hello(twoAgain, 5, { replaces: [two] }));
    ledger.merge();
    ledger.flush(1);
    expect(held(), 'nobody else knows that tracker 2 has begun anew').toBeUndefined();
    finality.hear(twoAgain, { ...all, [twoAgain]: 1 });
    expect(held(), 'tracker 3 does not').toBeUndefined();
    finality.hear(three, { ...all, [twoAgain]: 1 });
    expect(held()).toBe(4);
  });

  test('only with the retirement of a slot that nobody waits for', () => {
    const retirement = operationOf(one, 2, { kind: 'retire', slot: 3, replaces: [three], answers: [] }, 4);
    const { finality, held } = knowing(...hellos, retirement);
    finality.hear(two, all);
    expect(held()).toBeUndefined();
    finality.hear(two, { ...all, [one]: 2 });
    expect(held(), 'without tracker 3').toBe(4);
  });

  test('without one that was replaced only where its greeting said so: two that greet alike are both waited for', () => {
    const { ledger, finality, held, receive } = knowing(...hellos);
    receive(hello(twoAgain, 5));
    ledger.merge();
    ledger.flush(1);
    for (const other of [twoAgain, three]) finality.hear(other, { ...all, [twoAgain]: 1 });
    expect(held()).toBeUndefined();
    finality.hear(two, { ...all, [twoAgain]: 1 });
    expect(held()).toBe(4);
  });

  test('not at all while somebody is to begin anew, until he has greeted', () => {
    const { ledger, finality, held, receive } = knowing(...hellos);
    const vacating = operationOf(three, 2, { kind: 'vacate', slot: 2 }, 5);
    receive(vacating);
    ledger.merge();
    ledger.flush(1);
    for (const other of [two, three]) finality.hear(other, { ...all, [three]: 2 });
    expect(held()).toBeUndefined();
    receive(hello(twoAgain, 6, { replaces: [two], answers: [vacating.requestId] }));
    ledger.merge();
    ledger.flush(2);
    for (const other of [twoAgain, three]) finality.hear(other, { ...all, [three]: 2, [twoAgain]: 1 });
    expect(held()).toBe(5);
  });

  test('whoever passes it on, and never for less than before', () => {
    const { finality } = knowing(...hellos);
    finality.hear(two, { [one]: 1, [two]: 1 });
    finality.hear(two, { [one]: 1, [three]: 1 });
    expect(finality.flushedBy(two)).toEqual(all);
    const version = finality.versionOf(two);
    finality.hear(two, { [one]: 1 });
    expect([finality.flushedBy(two), finality.versionOf(two)]).toEqual([all, version]);
  });

  test('for this tracker itself only by its own flushes', () => {
    const { finality, ledger } = knowing(...hellos);
    finality.hear(one, { [one]: 99 });
    expect(finality.flushedBy(one)).toBe(ledger.flushed);
  });
});
