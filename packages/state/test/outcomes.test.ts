/** What requests came to is forgotten when a device's counter is far enough ahead, while operations are folded: the same everywhere. */
import { OUTCOME_WINDOW, type RequestId, requestIdOf } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { emptyState, stateDigest } from '../src/index.js';
import { forgetOutcomes, isForgotten, outcomeOf, recordOutcome } from '../src/outcomes.js';
import { StateLoader } from '../src/rows.js';
import { createUser, expectAlike } from './cluster-facts.js';
import { Network } from './network.js';
import { Device, deviceIdOf, sha256 } from './world.js';

const record = { kind: 'logout' as never, outcome: { ok: true as const } };
const device = deviceIdOf('ann');
const request = (counter: number) => requestIdOf(device, counter);
const nobody = () => false;

/** Outcomes of the device's requests with these counters. */
function stateWith(...counters: number[]) {
  const state = emptyState();
  for (const counter of counters) recordOutcome(state, request(counter), record);
  const left = () => [...state.outcomes.entries()].map(([id]) => Number(id.slice(65)));
  return { state, left };
}

describe('outcomes', () => {
  test('stay until the counter is a window further', () => {
    const { state, left } = stateWith(1, 2);
    forgetOutcomes(state, request(OUTCOME_WINDOW), nobody);
    expect(left()).toEqual([1, 2]);
    forgetOutcomes(state, request(OUTCOME_WINDOW + 1), nobody);
    expect(left()).toEqual([2]);
  });

  test('go although some counters carry out nothing', () => {
    const { state, left } = stateWith(500, 503, 506, OUTCOME_WINDOW);
    forgetOutcomes(state, request(OUTCOME_WINDOW + 508), nobody);
    expect(left()).toEqual([OUTCOME_WINDOW]);
    expect([isForgotten(state, request(255)), isForgotten(state, request(OUTCOME_WINDOW))]).toEqual([true, false]);
  });

  test('of other devices stay', () => {
    const { state } = stateWith(1);
    const other = requestIdOf(deviceIdOf('ben'), 1);
    recordOutcome(state, other, record);
    forgetOutcomes(state, request(OUTCOME_WINDOW + 1), nobody);
    expect(outcomeOf(state, other)).toEqual(record);
    expect(isForgotten(state, other)).toBe(false);
  });

  test('stay where another operation of the request is still to be folded, and go with it', () => {
    const { state, left } = stateWith(...Array.from({ length: 300 }, (_, counter) => counter));
    for (let counter = 0; counter < 300; counter++) {
      forgetOutcomes(state, request(OUTCOME_WINDOW + counter), (asked: RequestId) => asked === request(7));
    }
    expect(left()).toEqual([7]);
    forgetOutcomes(state, request(7), nobody);
    expect(left()).toEqual([]);
  });
});

describe('in a cluster', () => {
  function afterMany() {
    const network = Network.linked([1, 2]);
    const many = new Device('busy');
    for (let count = 1; count <= OUTCOME_WINDOW + 600; count++) network.request(1, many, createUser(`user ${count}`));
    network.settle();
    return { network, many };
  }

  test('all trackers forget the same, and what is on the disk is what is in memory', () => {
    const { network, many } = afterMany();
    expectAlike(network);
    for (const { replica, disk } of network.trackers) {
      expect(replica.knows(requestIdOf(many.id, 600))).toBe(false);
      expect(replica.knows(requestIdOf(many.id, 601))).toBe(true);
      const loader = new StateLoader();
      for (const { rows } of disk.folds) loader.add(rows);
      expect(stateDigest(loader.finish(), sha256)).toBe(stateDigest(replica.state, sha256));
    }
  });

  test('a request that is forgotten is refused: nobody knows any more whether it was carried out', () => {
    const { network, many } = afterMany();
    const before = network.tracker(2).operations.length;
    const ticket = network.request(2, many, createUser('another'), requestIdOf(many.id, 7));
    expect(network.answerTo(ticket)).toMatchObject({ ok: false, code: 'bad_request' });
    const next = network.request(2, many, createUser('another'));
    network.settle();
    expect(network.answerTo(next)).toMatchObject({ ok: true });
    expect(network.tracker(2).operations).toHaveLength(before + 1);
  });
});
