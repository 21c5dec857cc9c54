/** Two connections between the same two trackers: which one stays, and that nothing is lost with the other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectAlike } from './cluster-facts.js';
import type { End } from './connections.js';
import { CLUSTER, Network } from './network.js';
import { randomFrom } from './random.js';
import { Device, incarnationOf } from './world.js';

const createUser = { type: 'create_user', user: 'ann', credential: 'hash' } as const;

describe('of two connections between two trackers one stays', () => {
  /** Both dial at once; tracker 1 hears on the given connection first. */
  function crossing(order: 'own first' | 'other first') {
    const network = Network.started([1, 2]);
    network.dial(1, 2);
    network.dial(2, 1);
    const pick = (ends: readonly End[]) => {
      const wanted = ends.find(({ tracker, dialled }) => tracker.slot === 1 && dialled === (order === 'own first'));
      return wanted ?? (ends.at(-1) as End);
    };
    network.settle(pick);
    // What was said over one before the other was heard may be outdated: then it is said again over a third.
    network.heal();
    return network;
  }

  test.each(['own first', 'other first'] as const)('that of the lower number (%s)', (order) => {
    const network = crossing(order);
    expect(network.trackers.map(({ replica }) => replica.linkedSlots)).toEqual([[2], [1]]);
    const ticket = network.request(2, new Device('ann'), createUser);
    const carrying = network.pending();
    expect(carrying.map(({ tracker, dialled }) => [tracker.slot, dialled])).toEqual([[1, true]]);
    network.settle();
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true });
  });

  test('whatever order each side hears of them in', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const network = Network.started([1, 2]);
        network.dial(1, 2);
        network.dial(2, 1);
        network.heal(randomFrom(seed).pick);
        expect(network.trackers.map(({ replica }) => replica.linkedSlots)).toEqual([[2], [1]]);
        expect(network.trackers.flatMap(({ refusals }) => refusals)).toEqual([]);
        // One INIT may be outdated when it is read; then its sender begins anew, once.
        expect(network.rejoins).toBeLessThanOrEqual(1);
        expectAlike(network);
      }),
    );
  });

  test.each([
    [1, 2],
    [2, 1],
  ])('the newer one, where %i dialled both: the older is dead and does not know', (from, to) => {
    const network = Network.started([1, 2]);
    for (const _ of ['older', 'newer']) {
      network.dial(from, to);
      network.settle();
    }
    expect(network.trackers.map(({ replica }) => replica.linkedSlots)).toEqual([[2], [1]]);
    network.request(1, new Device('ann'), createUser);
    expect(network.pending().map(({ link }) => link)).toEqual([2]);
  });

  test('whoever waits for the one that goes is answered on the one that stays', () => {
    const network = Network.linked([1, 2]);
    const ticket = network.request(1, new Device('ann'), createUser);
    network.dial(1, 2);
    network.settle((ends) => ends.find(({ link }) => link === 2) ?? (ends[0] as End));
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true });
  });
});

describe('a second live tracker in one slot', () => {
  /** Tracker 2 runs and is linked; another one says that it is tracker 2, and has an empty disk. */
  function claimed() {
    const network = Network.linked([1, 2]);
    const [link] = network.endsAt(1, 2);
    const first = network.tracker(2);
    return { network, link: link as End, first };
  }

  test('is refused, and the one that is linked stays', () => {
    const { network, link, first } = claimed();
    const init = {
      type: 'init' as const,
      protocol: 1,
      cluster: CLUSTER,
      slot: 2,
      incarnation: incarnationOf(2, 7),
      have: {},
      last: {},
      joined: false,
      wallClock: network.now,
    };
    network.dial(1, 2);
    const fresh = network.endsAt(1, 2).find((end) => end !== link) as End;
    network.deliver(fresh);
    network.deliverForged(fresh, init);
    for (const end of network.endsAt(2, 1)) if (end.link === fresh.link) end.incoming = [];
    expect(network.tracker(1).refusals).toEqual([{ by: 'us', reason: 'slot_taken', slot: 2 }]);
    network.settle();
    expect(network.tracker(1).replica.linkedSlots).toEqual([2]);
    const ticket = network.request(1, new Device('ann'), createUser);
    network.settle();
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true });
    expect(first.isOver).toBe(false);
  });

  test('is refused by a tracker that does not know yet that the former one is gone, and let in after', () => {
    const { network, link } = claimed();
    network.start(2);
    network.dial(2, 1);
    network.settle((ends) => ends.find((end) => end !== link) ?? (ends[0] as End));
    expect(network.tracker(2).refusals).toEqual([{ by: 'them', reason: 'slot_taken', slot: 1 }]);
    network.heal();
    expect(network.trackers.map(({ replica }) => replica.linkedSlots)).toEqual([[2], [1]]);
    expectAlike(network);
  });
});
