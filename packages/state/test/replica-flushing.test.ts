/** What a tracker says and answers before and after its disk has it: nothing that a crash could take back. */
import { describe, expect, test } from 'vitest';
import { createUser, expectAlike, usersOf } from './cluster-facts.js';
import type { End } from './connections.js';
import { Network } from './network.js';
import { Device } from './world.js';

/** `ann` asked for at tracker 1, whose flushes are held back. */
function asked(slots: readonly number[]) {
  const network = Network.linked(slots);
  const tracker = network.tracker(1);
  tracker.held.flushes = true;
  const ticket = network.request(1, new Device('ann'), createUser('ann'));
  return { network, tracker, ticket };
}

const typesAt = ({ incoming }: End) =>
  incoming.map((message) => (typeof message === 'string' ? message : message.type));

describe('an operation', () => {
  test('is not sent before it is flushed', () => {
    const { network, tracker } = asked([1, 2]);
    expect(network.pending()).toEqual([]);
    tracker.flush();
    const [end] = network.pending() as [End];
    expect(typesAt(end)).toEqual(['sync', 'vec']);
  });

  test('is not passed on before it is flushed', () => {
    const network = Network.linked([1, 2, 3]);
    network.cut(1, 3);
    network.settle();
    const middle = network.tracker(2);
    middle.held.flushes = true;
    network.request(1, new Device('ann'), createUser('ann'));
    network.settle();
    expect(network.tracker(3).operations).toHaveLength(3);
    middle.flush();
    network.settle();
    expect(network.tracker(3).operations).toHaveLength(4);
  });

  test('that is lost before it is flushed was never heard of: its number is used again', () => {
    const { network, tracker } = asked([1, 2]);
    const former = tracker.operations.at(-1)?.operation;
    const restarted = network.restart(1);
    expect(restarted.incarnation).toBe(tracker.incarnation);
    network.request(1, new Device('ben'), createUser('ben'));
    expect(restarted.operations.at(-1)?.operation.seq).toBe(former?.seq);
    network.heal();
    expect(usersOf(network)).toEqual([['ben'], ['ben']]);
    expectAlike(network);
  });

  test('is sent with others of the same flush in one message', () => {
    const { network, tracker } = asked([1, 2]);
    for (const name of ['ben', 'cay']) network.request(1, new Device(name), createUser(name));
    tracker.flush(2);
    tracker.flush();
    const [end] = network.pending() as [End];
    const counts = end.incoming.map(
      (message) => typeof message !== 'string' && message.type === 'sync' && message.operations.length,
    );
    expect(counts).toEqual([2, false, 1, false]);
  });
});

describe('an acknowledgement', () => {
  test('comes after the flush, not with the arrival', () => {
    const { network, tracker } = asked([1, 2]);
    network.tracker(2).held.flushes = true;
    tracker.flush();
    network.settle();
    expect(network.tracker(2).operations, 'it has arrived').toHaveLength(3);
    expect(tracker.replica.finalMark.count).toBe(2);
    network.tracker(2).flush();
    network.settle();
    expect(tracker.replica.finalMark.count).toBe(3);
  });

  test('covers what is flushed, and nothing behind it', () => {
    const { network, tracker } = asked([1, 2]);
    network.request(1, new Device('ben'), createUser('ben'));
    network.tracker(2).held.flushes = true;
    tracker.flush(1);
    network.settle();
    tracker.flush();
    network.settle();
    network.tracker(2).flush(1);
    network.settle();
    expect(tracker.replica.finalMark.count).toBe(3);
    expect(tracker.replica.finalMark).toEqual(network.tracker(2).replica.finalMark);
  });
});

describe('an answer', () => {
  test('waits for the flush here, although every other tracker is away', () => {
    const network = Network.started([1, 2]);
    const tracker = network.tracker(1);
    tracker.held.flushes = true;
    const ticket = network.request(1, new Device('ann'), createUser('ann'));
    expect(network.answerTo(ticket)).toBeUndefined();
    tracker.flush();
    expect(network.answerTo(ticket)).toEqual({ ok: true, done: 'create_user', replicated: false });
  });

  test('waits for the flush here, also where all others have it on their disks', () => {
    const network = Network.linked([1, 2]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    network.tracker(2).held.flushes = true;
    network.request(1, device, createUser('ann'), requestId);
    network.settle();
    const ticket = network.request(2, device, createUser('ann'), requestId);
    network.cut(1, 2);
    network.settle();
    expect(network.answerTo(ticket)).toBeUndefined();
    network.tracker(2).flush();
    expect(network.answerTo(ticket), 'now every disk has it').toMatchObject({ ok: true, replicated: true });
  });

  test('is `replicated` only when every tracker has flushed it, and everything before it', () => {
    const network = Network.linked([1, 2]);
    network.tracker(2).held.flushes = true;
    const foreign = network.request(2, new Device('ben'), createUser('ben'));
    network.now += 10;
    const tracker = network.tracker(1);
    const ticket = network.request(1, new Device('ann'), createUser('ann'));
    network.settle();
    expect(tracker.replica.finalMark.count, 'tracker 2 has flushed nothing').toBe(2);
    network.tracker(2).flush(1);
    network.settle();
    expect(network.answerTo(foreign), 'its own comes first').toMatchObject({ replicated: true });
    expect(network.answerTo(ticket)).toBeUndefined();
    network.tracker(2).flush();
    network.settle();
    expect(network.answerTo(ticket)).toMatchObject({ replicated: true });
  });

  test('to a request that attaches is given after the flush as well', () => {
    const network = Network.started([1, 2]);
    const tracker = network.tracker(1);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    tracker.held.flushes = true;
    const tickets = [
      network.request(1, device, createUser('ann'), requestId),
      network.request(1, device, createUser('ann'), requestId),
      network.attach(1, requestId),
    ];
    expect(tracker.operations, 'it is decided once').toHaveLength(2);
    expect(tickets.map((ticket) => network.answerTo(ticket))).toEqual([undefined, undefined, undefined]);
    tracker.flush();
    for (const ticket of tickets) expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false });
  });

  test('to who asks again is given by a lone tracker that has restarted, without waiting for anybody else', () => {
    const network = Network.started([1]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    network.request(1, device, createUser('ann'), requestId);
    network.restart(1, { folds: 0 });
    expect(network.answerTo(network.attach(1, requestId))).toMatchObject({ ok: true, replicated: true });
  });
});
