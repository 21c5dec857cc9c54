/** What a client is answered, and when: alone, linked, cut off, and asked again at another tracker. */
import type { UserId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { userByName } from '../src/index.js';
import { Network } from './network.js';
import { Device, type PlainCommand } from './world.js';

const createUser = (user: string): PlainCommand => ({ type: 'create_user', user, credential: `hash of ${user}` });

function expectAlike({ trackers: [first, ...others] }: Network): void {
  for (const other of others) expect(other.summary()).toEqual(first?.summary());
}

/** The names of all users, at each tracker. */
function usersOf(network: Network): string[][] {
  return network.trackers.map(({ replica }) => [...replica.state.userNames.entries()].map(([name]) => name).sort());
}

describe('a request', () => {
  test('at the only configured tracker is replicated at once', () => {
    const network = Network.started([1]);
    const ticket = network.request(1, new Device('ann'), createUser('ann'));
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true, operation: { mode: 'reject' } });
  });

  test('at a tracker that sees no other is answered at once, kept and not replicated', () => {
    const network = Network.started([1, 2]);
    const ticket = network.request(1, new Device('ann'), createUser('ann'));
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false, operation: { mode: 'keep' } });
    network.heal();
    expect(usersOf(network)).toEqual([['ann'], ['ann']]);
    expectAlike(network);
  });

  test('is answered when every linked tracker has acknowledged it, and not before', () => {
    const network = Network.linked([1, 2, 3]);
    const ticket = network.request(1, new Device('ann'), createUser('ann'));
    const deliverBetween = (slot: number, other: number) => {
      for (const end of network.endsAt(slot, other)) while (end.incoming.length > 0) network.deliver(end);
    };
    deliverBetween(2, 1);
    deliverBetween(1, 2);
    expect(network.answerTo(ticket), 'only one of two has it').toBeUndefined();
    deliverBetween(3, 1);
    expect(network.answerTo(ticket), 'its acknowledgement is on the way').toBeUndefined();
    deliverBetween(1, 3);
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true });
  });

  test('that is refused by `decide` is answered at once and leaves nothing', () => {
    const network = Network.linked([1, 2]);
    const before = network.trackers.map((tracker) => tracker.summary());
    const ticket = network.request(1, new Device('ann'), { type: 'create_group', group: 'films' });
    expect(network.answerTo(ticket)).toMatchObject({ ok: false, code: 'not_logged_in' });
    expect(network.trackers.map((tracker) => tracker.summary())).toEqual(before);
  });

  test('whose ticket was dropped is carried out and not answered', () => {
    const network = Network.linked([1, 2]);
    const ticket = network.request(1, new Device('ann'), createUser('ann'));
    network.dropTicket(1, ticket);
    network.settle();
    expect(network.answerTo(ticket)).toBeUndefined();
    expect(usersOf(network)).toEqual([['ann'], ['ann']]);
  });

  test('that changes nothing waits until all it rests on is held', () => {
    const network = Network.linked([1, 2]);
    const [ann, ben] = [new Device('ann'), new Device('ben')];
    logIn(network, ann, 'ann');
    logIn(network, ben, 'ann');
    network.request(1, ann, { type: 'create_group', group: 'films' });
    network.settle();
    const share = {
      type: 'share_file',
      group: 'films',
      file: 'a',
      bytes: 1,
      pieceLength: 262_144,
      root: 'e'.repeat(64),
    };
    const first = network.request(1, ann, share as PlainCommand);
    const second = network.request(1, ben, share as PlainCommand);
    expect(network.answerTo(second)).toBeUndefined();
    network.settle();
    expect(network.answerTo(first)).toMatchObject({ ok: true, replicated: true });
    expect(network.answerTo(second)).toEqual({ ok: true, operation: undefined, replicated: true });
  });
});

/** Makes a user where there is none of that name, and logs a device in. */
function logIn(network: Network, device: Device, name: string): void {
  network.request(1, device, createUser(name));
  network.settle();
  const user = userByName(network.tracker(1).replica.state, name);
  if (user === undefined) throw new Error(`no user ${name}`);
  const { id, credentialVersion } = user;
  const session = device.nextSession();
  const expires = network.now + 1_000_000;
  network.request(1, device, { type: 'login', user: id, credentialVersion, session, expires });
  network.settle();
  Object.assign(device, { user: id, session });
}

describe('two trackers that take one name at once', () => {
  const race = (network: Network) => [
    network.request(1, new Device('one'), createUser('ann')),
    network.request(2, new Device('other'), createUser('ann')),
  ];
  const codes = (network: Network, tickets: number[]) =>
    tickets.map((ticket) => {
      const answer = network.answerTo(ticket);
      return answer?.ok === false ? answer.code : answer?.ok;
    });

  test('give it to one while they are linked: nobody was answered before', () => {
    const network = Network.linked([1, 2]);
    const tickets = race(network);
    expect(codes(network, tickets)).toEqual([undefined, undefined]);
    network.settle();
    expect(codes(network, tickets).sort()).toEqual(['already_exists', true]);
    expect(usersOf(network)).toEqual([['ann'], ['ann']]);
    expectAlike(network);
  });

  test('give it to both while they are cut off, and rename the later one', () => {
    const network = Network.linked([1, 2]);
    network.cut(1, 2);
    network.settle();
    const tickets = race(network);
    expect(codes(network, tickets)).toEqual([true, true]);
    network.heal();
    expect(usersOf(network)).toEqual([
      ['ann', 'ann~2'],
      ['ann', 'ann~2'],
    ]);
    expectAlike(network);
  });

  test('keep what was answered where the link breaks in between', () => {
    const network = Network.linked([1, 2]);
    const tickets = race(network);
    network.cut(1, 2, () => 0);
    network.settle();
    expect(codes(network, tickets)).toEqual([true, true]);
    network.heal();
    expect(usersOf(network)[0]).toEqual(['ann', 'ann~2']);
    expectAlike(network);
  });
});

describe('a link that breaks between proposal and acknowledgement', () => {
  test.each([
    ['the proposal', 0],
    ['its acknowledgement', 1],
  ])('with %s lost: answered as not replicated, and kept', (_title, arriving) => {
    const network = Network.linked([1, 2]);
    const ticket = network.request(1, new Device('ann'), createUser('ann'));
    const [end] = network.endsAt(2, 1);
    if (end !== undefined && arriving > 0) network.deliver(end);
    network.cut(1, 2, () => 0);
    network.settle();
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false, operation: { mode: 'keep' } });
    network.heal();
    expect(usersOf(network)).toEqual([['ann'], ['ann']]);
    expectAlike(network);
  });

  test('with a third tracker left: what is kept waits for that one, for everybody who asked', () => {
    const network = Network.linked([1, 2, 3]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    const tickets = [1, 1].map((slot) => network.request(slot, device, createUser('ann'), requestId));
    const [second] = network.endsAt(1, 2);
    for (const end of network.endsAt(2, 1)) while (end.incoming.length > 0) network.deliver(end);
    while (second !== undefined && second.incoming.length > 0) network.deliver(second);
    network.cut(1, 3, () => 0);
    for (const end of network.endsAt(1, 3)) while (end.incoming.length > 0) network.deliver(end);
    expect(
      tickets.map((ticket) => network.answerTo(ticket)),
      'tracker 2 does not hold the keeping one',
    ).toEqual([undefined, undefined]);
    network.settle();
    for (const ticket of tickets) {
      expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false, operation: { mode: 'keep' } });
    }
  });
});

describe('a request sent again at the other tracker', () => {
  test('attaches to its operation and is answered alike', () => {
    const network = Network.linked([1, 2]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    const first = network.request(1, device, createUser('ann'), requestId);
    network.settle();
    const second = network.request(2, device, createUser('ann'), requestId);
    expect(network.answerTo(second), 'tracker 1 sent it, so it holds it').toEqual(network.answerTo(first));
    expect(network.tracker(2).replica.operationCount).toBe(3);
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
    network.stop(1, (sent) => sent);
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
    expect(network.tracker(2).replica.state.slots.get(1)).toBe(network.tracker(1).incarnation);
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
    expect(network.tracker(2).replica.operationCount).toBe(2_002);
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
