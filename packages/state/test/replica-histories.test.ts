/** Trackers that can't be of one history say so and keep apart; one that never comes back is given up by its operator. */
import { describe, expect, test } from 'vitest';
import { createUser, expectAlike, usersOf } from './cluster-facts.js';
import type { End } from './connections.js';
import { Network } from './network.js';
import { Device } from './world.js';

const ask = (network: Network, slot: number, user: string) => network.request(slot, new Device(user), createUser(user));

describe('a link is refused, since histories differ', () => {
  test('when an operation comes that belongs before what is final', () => {
    const network = new Network([1, 2]);
    // Each has been the only one, and what it has taken is final.
    for (const slot of [1, 2]) network.start(slot, { options: { slots: [slot] } });
    expect(network.answerTo(ask(network, 1, 'ann'))).toMatchObject({ replicated: true });
    expect(network.answerTo(ask(network, 2, 'ben'))).toMatchObject({ replicated: true });
    for (const slot of [1, 2]) network.restart(slot);
    network.dial(1, 2);
    network.settle();
    const reasons = network.trackers.flatMap(({ refusals }) => refusals.map(({ reason }) => reason));
    expect(reasons).toContain('histories_differ');
    expect(usersOf(network)).toEqual([['ann'], ['ben']]);
    expect(network.trackers.map(({ replica }) => replica.linkedSlots)).toEqual([[], []]);
  });

  test('when the digests differ where the counts are equal', () => {
    const network = Network.linked([1, 2]);
    const [end] = network.endsAt(1, 2) as [End];
    const final = { count: 2, digest: new Uint8Array(32).fill(7) };
    network.deliverForged(end, { type: 'vec', flushed: {}, final });
    expect(network.tracker(1).refusals).toEqual([{ by: 'us', reason: 'histories_differ', slot: 2 }]);
    expect(network.tracker(1).replica.linkedSlots).toEqual([]);
  });

  test('not when the digests differ where the counts do', () => {
    const network = Network.linked([1, 2]);
    const [end] = network.endsAt(1, 2) as [End];
    const { digest } = network.tracker(1).replica.finalMark;
    for (const count of [0, 2, 3, 1_000_000]) {
      const known = count === 2 ? digest : new Uint8Array(32).fill(count === 0 ? 0 : 7);
      network.deliverForged(end, { type: 'vec', flushed: {}, final: { count, digest: known } });
    }
    expect(network.tracker(1).refusals).toEqual([]);
    expect(network.tracker(1).replica.linkedSlots).toEqual([2]);
  });
});

describe('a tracker that never comes back', () => {
  /** Three trackers, the third of which is gone. */
  function withoutTheThird() {
    const network = Network.linked([1, 2, 3]);
    const { disk } = network.tracker(3);
    network.stop(3);
    network.settle();
    return { network, disk };
  }

  test('is waited for until it is given up: then answers are `replicated` without it', () => {
    const { network } = withoutTheThird();
    const before = ask(network, 1, 'ann');
    network.settle();
    expect(network.answerTo(before)).toMatchObject({ ok: true, replicated: false });
    const ticket = network.retire(1, 3);
    network.settle();
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, done: 'retire' });
    const after = ask(network, 2, 'ben');
    network.settle();
    expect(network.answerTo(after)).toMatchObject({ ok: true, replicated: true });
    expectAlike(network);
  });

  test('makes what was waiting for it final', () => {
    const { network } = withoutTheThird();
    ask(network, 1, 'ann');
    network.settle();
    const { count } = network.tracker(1).replica.finalMark;
    network.retire(2, 3);
    network.settle();
    for (const { replica, operations } of network.trackers) {
      expect(replica.finalMark.count).toBeGreaterThan(count);
      expect(replica.finalMark.count).toBe(operations.length);
    }
  });

  test.each([
    ['one that is linked', 2],
    ['oneself', 1],
    ['one that is not configured', 4],
  ])('is not %s', (_title, slot) => {
    const { network } = withoutTheThird();
    const ticket = network.retire(1, slot);
    expect(network.answerTo(ticket)).toMatchObject({ ok: false, code: 'bad_request' });
  });

  test('is nothing that a tracker can say which has not met the others', () => {
    const network = Network.started([1, 2]);
    const ticket = network.retire(1, 2);
    expect(network.answerTo(ticket)).toMatchObject({ ok: false, code: 'bad_request' });
  });

  test('begins anew if it comes back, and is waited for again', () => {
    const { network, disk } = withoutTheThird();
    network.retire(1, 3);
    ask(network, 1, 'ann');
    network.settle();
    network.restart(3, { disk });
    network.heal();
    expect(network.rejoins).toBe(1);
    expect(network.tracker(1).replica.state.slots.get(3)).toMatchObject({ retired: false });
    expect(usersOf(network)[2]).toEqual(['ann']);
    const ticket = ask(network, 1, 'ben');
    network.deliverAll(1, 2);
    network.deliverAll(2, 1);
    expect(network.answerTo(ticket), 'tracker 3 does not have it').toBeUndefined();
    network.settle();
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true });
    expectAlike(network);
  });
});
