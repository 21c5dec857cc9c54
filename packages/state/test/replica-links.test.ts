/** How links between trackers come about, what they refuse, and what ends them. For two at a time see replica-rivals. */
import { type ClusterId, encodeOperation, type Operation, type Vector } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { zeroDigest } from '../src/digest.js';
import type { ReplicatedMessage } from '../src/index.js';
import type { End } from './connections.js';
import { CLUSTER, Network } from './network.js';
import { BEGINNING_MS, Device, incarnationOf } from './world.js';

const other = incarnationOf(2, 9);
const createUser = { type: 'create_user', user: 'ann', credential: 'hash' } as const;

function only(ends: readonly End[]): End {
  if (ends.length !== 1) throw new Error(`${ends.length} ends`);
  return ends[0] as End;
}

/** The INIT of a tracker 2 that has nothing. */
function initOf(what: Partial<Extract<ReplicatedMessage, { type: 'init' }>> = {}): ReplicatedMessage {
  const own = {
    cluster: CLUSTER,
    slot: 2,
    incarnation: other,
    have: {},
    last: {},
    joined: false,
    wallClock: BEGINNING_MS,
  };
  return { type: 'init', protocol: 1, ...own, ...what };
}

/** Tracker 1 with a connection on which the test itself speaks for tracker 2. */
function spokenFor(...messages: ReplicatedMessage[]) {
  const network = Network.started([1, 2]);
  network.dial(2, 1);
  const [here, there] = [only(network.endsAt(1, 2)), only(network.endsAt(2, 1))];
  network.deliver(here);
  network.deliver(there);
  here.incoming = [];
  const say = (message: ReplicatedMessage) => network.deliverForged(here, message);
  for (const message of messages) say(message);
  const said = () => there.incoming.map((message) => (typeof message === 'string' ? message : message.type));
  return { network, tracker: network.tracker(1), here, there, say, said };
}

function operationOf(seq: number, name: string): Operation {
  const stamp = { time: BEGINNING_MS + seq, count: 0, incarnation: other };
  const { id } = new Device(name);
  const body = { kind: 'create_user' as const, user: `${id}.1` as never, name: name as never, credential: 'hash' };
  return { stamp, seq, requestId: `${id}.1` as never, mode: 'keep', actor: null, body };
}

/** Tracker 2 greets. */
const helloOf = (seq: number): Operation => ({
  ...operationOf(seq, 'nobody'),
  requestId: `${'0'.repeat(64)}.9` as never,
  body: { kind: 'hello', slot: 2, replaces: [], answers: [] },
});

/** More than one batch of operations at tracker 1. */
function fill(network: Network): void {
  const credential = 'x'.repeat(512);
  for (let user = 0; user < 1_500; user++) {
    network.request(1, new Device(`${user}`), { type: 'create_user', user: `user ${user}`, credential });
  }
}

const sync = (...operations: Operation[]): ReplicatedMessage => ({
  type: 'sync',
  operations: operations.map((operation) => encodeOperation(operation).bytes),
});

/** What tracker 2 has flushed. */
const vec = (flushed: Vector): ReplicatedMessage => ({
  type: 'vec',
  flushed: { [other]: flushed },
  final: { count: 0, digest: zeroDigest },
});

describe('INIT', () => {
  test('links both sides', () => {
    const network = Network.linked([1, 2]);
    expect(network.tracker(1).replica.linkedSlots).toEqual([2]);
    expect(network.tracker(2).replica.linkedSlots).toEqual([1]);
  });

  test('makes answers wait for the other side once it has been sent everything', () => {
    const { network, tracker, say } = spokenFor(initOf());
    const ticket = network.request(1, new Device('ann'), createUser);
    expect(network.answerTo(ticket), 'tracker 1 could die, and tracker 2 be without the operation').toBeUndefined();
    say(vec({ [other]: 1, [tracker.incarnation]: 2 }));
    expect(tracker.replica.linkedSlots).toEqual([]);
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false });
  });

  test('makes no answer wait while there is more to send: who catches up for long holds nobody up', () => {
    const { network, tracker, say } = spokenFor();
    tracker.held.room = true;
    fill(network);
    say(initOf());
    const ticket = network.request(1, new Device('ann'), createUser);
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false });
    tracker.release();
    const late = network.request(1, new Device('ben'), { ...createUser, user: 'ben' });
    expect(network.answerTo(late), 'from now on it is waited for').toBeUndefined();
  });

  test('is no acknowledgement of what it says that the other side has', () => {
    const own = incarnationOf(1, 1);
    const { tracker, say } = spokenFor(initOf({ have: { [own]: 1 } }));
    say(sync(helloOf(1)));
    say(vec({ [other]: 1 }));
    expect(tracker.replica.linkedSlots).toEqual([2]);
    expect(tracker.replica.finalMark.count, 'tracker 2 has received the greeting, and may yet lose it').toBe(0);
    say(vec({ [other]: 1, [own]: 1 }));
    expect(tracker.replica.finalMark.count).toBe(2);
  });

  test('is not a link until the other side has sent what it has', () => {
    const { tracker, say } = spokenFor(initOf());
    expect(tracker.replica.linkedSlots).toEqual([]);
    say(vec({ [other]: 1 }));
    expect(tracker.replica.linkedSlots, 'it has more than it has sent').toEqual([]);
    say(sync(operationOf(1, 'ann')));
    say(vec({ [other]: 1 }));
    expect(tracker.replica.linkedSlots).toEqual([2]);
  });

  test('is answered with what the other side lacks, then a vector', () => {
    const { said } = spokenFor(initOf());
    expect(said()).toEqual(['init', 'sync', 'vec']);
  });

  test('is answered with a vector alone where it lacks nothing', () => {
    const { said } = spokenFor(initOf({ have: { [incarnationOf(1, 1)]: 1 } }));
    expect(said()).toEqual(['init', 'vec']);
  });

  test('says whether its disk holds a greeting of every tracker', () => {
    const network = Network.started([1, 2]);
    const joined = () => {
      network.dial(1, 2);
      const ends = [...network.endsAt(1, 2), ...network.endsAt(2, 1)];
      for (const end of ends) while (end.incoming[0] === 'opened') network.deliver(end);
      const inits = ends.flatMap(({ incoming }) => incoming);
      return inits.map((message) => typeof message !== 'string' && message.type === 'init' && message.joined);
    };
    expect(joined()).toEqual([false, false]);
    network.settle();
    network.cut(1, 2);
    network.heal();
    network.cut(1, 2);
    network.settle();
    network.mend(1, 2);
    expect(joined()).toEqual([true, true]);
  });
});

describe('a link is refused, and both operators are told why', () => {
  const cases = [
    ['other_cluster', { cluster: 'd'.repeat(64) as ClusterId }],
    ['unsupported_version', { protocol: 2 }],
    ['slot_taken', { slot: 1 }],
    ['not_in_tracker_info', { slot: 3 }],
    ['clock_skew', { wallClock: BEGINNING_MS + 60_001 }],
    ['clock_skew', { wallClock: BEGINNING_MS - 60_001 }],
    // Of several reasons the first to be put right.
    ['other_cluster', { cluster: 'd'.repeat(64) as ClusterId, protocol: 2, slot: 1, wallClock: 0 }],
  ] as const;

  test.each(cases)('%s', (reason, what) => {
    const { network, tracker, there, say } = spokenFor(initOf(what));
    expect(tracker.refusals).toEqual([{ by: 'us', reason, slot: 'slot' in what ? what.slot : 2 }]);
    expect(there.incoming.at(-2)).toMatchObject({ type: 'refuse', reason });
    expect(there.incoming.at(-1)).toBe('closed');
    say(sync(operationOf(1, 'ann')));
    expect(tracker.operations.length, 'nothing more is taken').toBe(1);
    network.settle();
    expect(network.tracker(2).refusals).toEqual([{ by: 'them', reason, slot: 1 }]);
    expect(network.tracker(2).replica.linkedSlots).toEqual([]);
  });

  test('not for a clock that is off by a minute', () => {
    const { tracker } = spokenFor(initOf({ wallClock: BEGINNING_MS + 60_000 }));
    expect(tracker.refusals).toEqual([]);
  });

  test('between whole trackers of different clusters', () => {
    const network = new Network([1, 2]);
    network.start(1);
    network.start(2, { options: { cluster: 'd'.repeat(64) as ClusterId } });
    network.dial(1, 2);
    network.settle();
    expect(network.trackers.map(({ replica }) => replica.linkedSlots)).toEqual([[], []]);
    for (const { refusals } of network.trackers)
      expect(refusals.map(({ reason }) => reason)).toContain('other_cluster');
    const ticket = network.request(1, new Device('ann'), createUser);
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false });
  });
});

describe('a link is closed', () => {
  test.each(['sync', 'vec'] as const)('when %s comes before INIT', (type) => {
    const message: ReplicatedMessage = type === 'sync' ? sync(operationOf(1, 'ann')) : vec({});
    const { tracker, said } = spokenFor(message);
    expect(said()).toEqual(['init', 'closed']);
    expect(tracker.operations.length).toBe(1);
  });

  test('when INIT comes twice', () => {
    expect(spokenFor(initOf(), initOf()).said().at(-1)).toBe('closed');
  });

  test('when an operation is missing in between, and nothing of that batch is taken', () => {
    const { tracker, said } = spokenFor(initOf(), sync(operationOf(1, 'ann'), operationOf(3, 'cay')));
    expect(said().at(-1)).toBe('closed');
    expect(tracker.operations.length).toBe(1);
  });

  test('from this side: whoever waited for its acknowledgement is answered', () => {
    const { network, tracker, say } = spokenFor(initOf(), vec({}));
    expect(tracker.replica.linkedSlots).toEqual([2]);
    const ticket = network.request(1, new Device('ann'), createUser);
    expect(network.answerTo(ticket)).toBeUndefined();
    say(sync(operationOf(2, 'ben')));
    expect(tracker.replica.linkedSlots).toEqual([]);
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false });
  });

  test('by a refusal of the other side that comes late, likewise', () => {
    const { network, tracker, say } = spokenFor(initOf(), vec({}));
    const ticket = network.request(1, new Device('ann'), createUser);
    say({ type: 'refuse', reason: 'clock_skew', detail: 'the clocks differ' });
    expect(tracker.refusals).toEqual([{ by: 'them', reason: 'clock_skew', slot: 2 }]);
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false });
  });
});

test('what has come before is ignored and acknowledged, in a batch with new ones too', () => {
  const { tracker, there, say } = spokenFor(initOf());
  const [first, second] = [operationOf(1, 'ann'), operationOf(2, 'ben')];
  say(sync(first));
  say(sync(first, first, second, second));
  expect(tracker.operations).toHaveLength(3);
  const before = tracker.summary();
  say(sync(first, second));
  expect(tracker.summary()).toEqual(before);
  expect(there.incoming.at(-1)).toMatchObject({
    type: 'vec',
    flushed: { [tracker.incarnation]: { [tracker.incarnation]: 1, [other]: 2 } },
  });
});
