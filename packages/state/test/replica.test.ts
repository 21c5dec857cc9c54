/** What a client is answered, and when: by one tracker alone, by linked ones, and where they are cut off. */
import { describe, expect, test } from 'vitest';
import { userByName } from '../src/index.js';
import { createUser, expectAlike, usersOf } from './cluster-facts.js';
import { Network } from './network.js';
import { Device, type PlainCommand } from './world.js';

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
