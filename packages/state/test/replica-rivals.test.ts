/** Two connections between the same two trackers: which one stays, and that nothing is lost with the other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { End } from './connections.js';
import { Network } from './network.js';
import { randomFrom } from './random.js';
import { Device } from './world.js';

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
        network.settle(randomFrom(seed).pick);
        expect(network.trackers.map(({ replica }) => replica.linkedSlots)).toEqual([[2], [1]]);
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

  test('the one of a new incarnation, although the former one is not known to be gone', () => {
    const network = Network.linked([1, 2]);
    network.start(2);
    const [stale] = network.endsAt(1, 2);
    network.dial(2, 1);
    network.settle((ends) => ends.find((end) => end !== stale) ?? (ends[0] as End));
    expect(network.trackers.map(({ replica }) => replica.linkedSlots)).toEqual([[2], [1]]);
    const ticket = network.request(1, new Device('ann'), createUser);
    network.settle();
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true });
  });

  test('whoever waits for the one that goes is answered on the one that stays', () => {
    const network = Network.linked([1, 2]);
    const ticket = network.request(1, new Device('ann'), createUser);
    network.dial(1, 2);
    network.settle((ends) => ends.find(({ link }) => link === 2) ?? (ends[0] as End));
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true, operation: { mode: 'reject' } });
  });
});
