/** What trackers note of sessions by themselves, and what whoever runs them has done to accounts. */
import { SESSION_SEEN_MS, type SessionId, type UserName } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { userByName, userOfSession } from '../src/index.js';
import { createUser, expectAlike, logIn } from './cluster-facts.js';
import { Network } from './network.js';
import { Device } from './world.js';

/** Ann is logged in on a device, at trackers that are linked. */
function withAnn() {
  const network = Network.linked([1, 2]);
  const ann = new Device('ann');
  logIn(network, ann, 'ann');
  const session = ann.session as SessionId;
  const rows = () => network.trackers.map(({ replica }) => replica.state.sessions.get(session));
  const seen = () => rows().map((row) => row?.seen);
  const isIn = () =>
    network.trackers.map(({ replica }) => userOfSession(replica.state, ann.actor, network.now) !== undefined);
  return { network, ann, session, seen, isIn };
}

/** How many operations tracker 1 has made known. */
const countAt = (network: Network) => network.tracker(1).operations.length;

describe('a session in use', () => {
  test('is noted at every tracker, to the hour', () => {
    const { network, session, seen } = withAnn();
    const [loggedIn] = seen();
    const before = countAt(network);
    network.now = (loggedIn as number) + SESSION_SEEN_MS - 1;
    network.tracker(1).step({ kind: 'session_in_use', session });
    expect(countAt(network), 'it was not long ago').toBe(before);
    network.now += 1;
    const { now } = network;
    network.tracker(1).step({ kind: 'session_in_use', session });
    network.settle();
    expect(seen()).toEqual([now, now]);
    network.tracker(2).step({ kind: 'session_in_use', session });
    expect(countAt(network)).toBe(before + 1);
    expectAlike(network);
  });

  test('leaves nothing but that: no outcome that would be remembered for ever', () => {
    const { network, session } = withAnn();
    const before = network.tracker(1).replica.state.outcomes.size;
    for (let hour = 0; hour < 3; hour++) {
      network.now += SESSION_SEEN_MS;
      network.tracker(1).step({ kind: 'session_in_use', session });
      network.settle();
    }
    expect(network.trackers.map(({ replica }) => replica.state.outcomes.size)).toEqual([before, before]);
    expectAlike(network);
  });

  test('is not noted where it is over, or nobody knows it', () => {
    const { network, ann, session } = withAnn();
    network.request(1, ann, { type: 'logout' });
    network.settle();
    const before = countAt(network);
    network.now += SESSION_SEEN_MS;
    network.tracker(1).step({ kind: 'session_in_use', session });
    network.tracker(1).step({ kind: 'session_in_use', session: 'f'.repeat(64) as SessionId });
    expect(countAt(network)).toBe(before);
  });

  test('is noted by trackers that are cut off, and was in use last at the later time', () => {
    const { network, session, seen } = withAnn();
    network.cut(1, 2);
    network.settle();
    network.now += SESSION_SEEN_MS;
    network.tracker(2).step({ kind: 'session_in_use', session });
    network.now += 1_000;
    const { now } = network;
    network.tracker(1).step({ kind: 'session_in_use', session });
    network.heal();
    expect(seen()).toEqual([now, now]);
    expectAlike(network);
  });
});

describe('a password that whoever runs a tracker resets', () => {
  const credential = 'hash of the new one';
  const reset = (network: Network, slot: number, user = 'ann') =>
    network.operate(slot, { type: 'reset_password', user: user as UserName, credential });
  const credentials = (network: Network) =>
    network.trackers.map(({ replica }) => userByName(replica.state, 'ann')?.credential);

  test('is another one at every tracker, and ends the sessions', () => {
    const { network, isIn } = withAnn();
    expect(isIn()).toEqual([true, true]);
    const ticket = reset(network, 2);
    network.settle();
    expect(network.answerTo(ticket)).toEqual({ ok: true, done: 'reset_credential', replicated: true });
    expect(credentials(network)).toEqual([credential, credential]);
    expect(isIn()).toEqual([false, false]);
    expectAlike(network);
  });

  test('is answered while a tracker is away, which has it when it is back', () => {
    const { network, isIn } = withAnn();
    network.cut(1, 2);
    network.settle();
    const ticket = reset(network, 1);
    network.settle();
    expect(network.answerTo(ticket)).toEqual({ ok: true, done: 'reset_credential', replicated: false });
    expect(isIn()).toEqual([false, true]);
    network.heal();
    expect(credentials(network)).toEqual([credential, credential]);
    expect(isIn()).toEqual([false, false]);
    expectAlike(network);
  });

  test('holds against a change that a tracker took which was cut off, before or after', () => {
    for (const isFirst of [true, false]) {
      const { network, ann, isIn } = withAnn();
      network.cut(1, 2);
      network.settle();
      const { credentialVersion } = userByName(network.tracker(2).replica.state, 'ann') ?? { credentialVersion: '' };
      const change = () =>
        network.request(2, ann, { type: 'change_password', credential: 'of a thief', credentialVersion });
      if (isFirst) change();
      network.now += 10;
      reset(network, 1);
      network.now += 10;
      if (!isFirst) change();
      network.heal();
      expect(credentials(network)).toEqual([credential, credential]);
      expect(isIn()).toEqual([false, false]);
      expectAlike(network);
    }
  });

  test('twice: the later one counts', () => {
    const { network } = withAnn();
    const versions = [1, 2].map((slot) => {
      reset(network, slot);
      network.settle();
      return userByName(network.tracker(1).replica.state, 'ann')?.credentialVersion;
    });
    expect(new Set(versions).size).toBe(2);
  });

  test('of nobody is refused, and nothing is written', () => {
    const { network } = withAnn();
    const before = countAt(network);
    const ticket = reset(network, 1, 'nobody');
    expect(network.answerTo(ticket)).toMatchObject({ ok: false, code: 'no_such_user' });
    expect(network.answerTo(ticket)).toMatchObject({ message: 'there is no user "nobody"' });
    expect(countAt(network)).toBe(before);
  });

  test('goes to the account that has the name by now', () => {
    const network = Network.started([1, 2]);
    for (const slot of [1, 2]) network.request(slot, new Device(`of tracker ${slot}`), createUser('ann'));
    network.heal();
    reset(network, 1, 'ann~2');
    network.settle();
    expect(userByName(network.tracker(2).replica.state, 'ann~2')?.credential).toBe(credential);
    expect(credentials(network)).toEqual(['hash of ann', 'hash of ann']);
  });
});
