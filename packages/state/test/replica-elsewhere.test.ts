/** What one tracker has taken comes to the others: a request sent again there, one that was away, a chain. */
import type { UserId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { userByName } from '../src/index.js';
import { createUser, expectAlike, usersOf } from './cluster-facts.js';
import { Network } from './network.js';
import { Device } from './world.js';

describe('a request sent again at the other tracker', () => {
  test('attaches to its operation and is answered alike', () => {
    const network = Network.linked([1, 2]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    const first = network.request(1, device, createUser('ann'), requestId);
    network.settle();
    const second = network.request(2, device, createUser('ann'), requestId);
    expect(network.answerTo(second), 'tracker 1 sent it, so it holds it').toEqual(network.answerTo(first));
    expect(network.tracker(2).operations).toHaveLength(3);
  });

  test('need not be repeated in full where it is known', () => {
    const network = Network.linked([1, 2]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    const first = network.request(1, device, createUser('ann'), requestId);
    const { replica } = network.tracker(2);
    expect(replica.knows(requestId)).toBe(false);
    expect(() => network.attach(2, requestId)).toThrow(requestId);
    network.settle();
    expect(replica.knows(requestId)).toBe(true);
    expect(network.answerTo(network.attach(2, requestId))).toEqual(network.answerTo(first));
  });

  test('is answered alike where a third one passed it on first', () => {
    const network = Network.linked([1, 2, 3]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    const first = network.request(1, device, createUser('ann'), requestId);
    const deliver = (slot: number, other: number) => network.deliver(network.endsAt(slot, other)[0] as never);
    deliver(2, 1);
    deliver(3, 2);
    network.settle();
    const second = network.request(3, device, createUser('ann'), requestId);
    expect(network.answerTo(second)).toEqual(network.answerTo(first));
  });

  test('that has not heard of it makes one user, answered by both', () => {
    const network = Network.linked([1, 2]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    const tickets = [1, 2].map((slot) => network.request(slot, device, createUser('ann'), requestId));
    network.settle();
    for (const ticket of tickets) expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true });
    expect(usersOf(network)).toEqual([['ann'], ['ann']]);
    expect(userByName(network.tracker(1).replica.state, 'ann')?.id).toBe(requestId as string as UserId);
    expectAlike(network);
  });

  test('after the first one died makes nothing twice', () => {
    const network = Network.linked([1, 2]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    network.request(1, device, createUser('ann'), requestId);
    network.stop(1, (sent) => sent - 1);
    const second = network.request(2, device, createUser('ann'), requestId);
    network.settle();
    expect(network.answerTo(second)).toMatchObject({ ok: true, replicated: false });
    network.start(1);
    network.heal();
    expect(usersOf(network)).toEqual([['ann'], ['ann']]);
    expectAlike(network);
  });

  test('is refused alike, and not decided anew', () => {
    const network = Network.linked([1, 2]);
    const device = new Device('one');
    const requestId = device.nextRequest();
    network.request(2, new Device('other'), createUser('ann'));
    network.now += 100;
    const first = network.request(1, device, createUser('ann'), requestId);
    network.settle();
    expect(network.answerTo(first)).toMatchObject({ ok: false, code: 'already_exists' });
    const second = network.request(2, device, createUser('ann'), requestId);
    expect(network.answerTo(second)).toEqual(network.answerTo(first));
  });
});

describe('a tracker that was away', () => {
  test('has all that it missed when it is linked again', () => {
    const network = Network.linked([1, 2]);
    network.cut(1, 2);
    network.settle();
    for (let user = 0; user < 50; user++) network.request(1, new Device(`${user}`), createUser(`user ${user}`));
    for (let user = 50; user < 70; user++) network.request(2, new Device(`${user}`), createUser(`user ${user}`));
    network.heal();
    expect(usersOf(network).map((users) => users.length)).toEqual([70, 70]);
    expectAlike(network);
  });

  test('has it also after a restart with nothing, as a new incarnation', () => {
    const network = Network.linked([1, 2]);
    for (let user = 0; user < 20; user++) network.request(1, new Device(`${user}`), createUser(`user ${user}`));
    network.settle();
    const former = network.tracker(1).incarnation;
    network.start(1);
    network.heal();
    expect(usersOf(network).map((users) => users.length)).toEqual([20, 20]);
    const { incarnations } = network.tracker(2).replica.state.slots.get(1) ?? {};
    expect(incarnations).toEqual([network.tracker(1).incarnation]);
    expect(network.tracker(1).incarnation).not.toBe(former);
    expectAlike(network);
  });

  test('gets more than one batch of operations in order', () => {
    const network = Network.started([1, 2]);
    const credential = 'x'.repeat(512);
    for (let user = 0; user < 2_000; user++) {
      network.request(1, new Device(`${user}`), { type: 'create_user', user: `user ${user}`, credential });
    }
    network.dial(1, 2);
    network.settle();
    expect(network.tracker(2).operations).toHaveLength(2_002);
    expectAlike(network);
  });
});

test('in a chain of three what one takes reaches the last, and nobody calls it replicated', () => {
  const network = Network.started([1, 2, 3]);
  network.cut(1, 3);
  network.dial(1, 2);
  network.dial(2, 3);
  network.settle();
  const ticket = network.request(1, new Device('ann'), createUser('ann'));
  network.settle();
  expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false });
  expect(usersOf(network)).toEqual([['ann'], ['ann'], ['ann']]);
  expectAlike(network);
});
