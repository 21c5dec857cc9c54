/** What a client is answered, and when: by one tracker alone, by linked ones, and where they are cut off. */
import { describe, expect, test } from 'vitest';
import { createUser, expectAlike, logIn, usersOf } from './cluster-facts.js';
import { Network } from './network.js';
import { Device, shareOf } from './world.js';

/** A new user `ann`, asked for at one tracker. */
function askForAnn(network: Network, slot: number) {
  const device = new Device(`of tracker ${slot}`);
  const requestId = device.nextRequest();
  const ticket = network.request(slot, device, createUser('ann'), requestId);
  return { ticket, requestId, modes: () => network.tracker(slot).modesOf(requestId) };
}

describe('a request', () => {
  test('at the only configured tracker is replicated as soon as it is flushed', () => {
    const network = Network.started([1]);
    const { ticket, modes } = askForAnn(network, 1);
    expect(network.answerTo(ticket)).toEqual({ ok: true, done: 'create_user', replicated: true });
    expect(modes()).toEqual(['reject']);
  });

  test('at a tracker that sees no other is answered when it is flushed, kept and not replicated', () => {
    const network = Network.started([1, 2]);
    const { ticket, modes } = askForAnn(network, 1);
    expect(network.answerTo(ticket)).toEqual({ ok: true, done: 'create_user', replicated: false });
    expect(modes()).toEqual(['keep']);
    network.heal();
    expect(usersOf(network)).toEqual([['ann'], ['ann']]);
    expectAlike(network);
  });

  test('is answered when every tracker is known to have flushed it, and not before', () => {
    const network = Network.linked([1, 2, 3]);
    const { ticket } = askForAnn(network, 1);
    network.deliverAll(1, 2);
    network.deliverAll(2, 1);
    expect(network.answerTo(ticket), 'only two of three have it').toBeUndefined();
    network.deliverAll(1, 3);
    expect(network.answerTo(ticket), 'its acknowledgement is on the way').toBeUndefined();
    network.deliverAll(3, 1);
    expect(network.answerTo(ticket)).toEqual({ ok: true, done: 'create_user', replicated: true });
  });

  test('that is refused by `decide` is answered at once and leaves nothing', () => {
    const network = Network.linked([1, 2]);
    const before = network.trackers.map((tracker) => tracker.summary());
    const ticket = network.request(1, new Device('ann'), { type: 'create_group', group: 'films' });
    expect(network.answerTo(ticket)).toMatchObject({ ok: false, code: 'not_logged_in' });
    expect(network.trackers.map((tracker) => tracker.summary())).toEqual(before);
  });

  test('that is known attaches before anything is decided: it would be refused now', () => {
    const network = Network.linked([1, 2]);
    const device = new Device('ann');
    const requestId = device.nextRequest();
    const tickets = [1, 2].map(() => network.request(1, device, createUser('ann'), requestId));
    expect(tickets.map((ticket) => network.answerTo(ticket))).toEqual([undefined, undefined]);
    network.settle();
    tickets.push(network.request(2, device, createUser('ann'), requestId));
    for (const ticket of tickets) expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: true });
    expect(network.tracker(2).modesOf(requestId)).toEqual(['reject']);
  });

  describe('that changes nothing', () => {
    const shareTwice = (network: Network) => {
      const [ann, ben] = [new Device('ann'), new Device('ben')];
      logIn(network, ann, 'ann');
      logIn(network, ben, 'ann');
      network.request(1, ann, { type: 'create_group', group: 'films' });
      network.settle();
      return [ann, ben].map((device) => network.request(1, device, shareOf('films', 'a', 'one'))) as [number, number];
    };

    test('waits until all it rests on is final', () => {
      const network = Network.linked([1, 2]);
      const [first, second] = shareTwice(network);
      expect(network.answerTo(second)).toBeUndefined();
      network.settle();
      expect(network.answerTo(first)).toEqual({ ok: true, done: 'share_file', replicated: true });
      expect(network.answerTo(second)).toEqual({ ok: true, done: undefined, replicated: true });
    });

    test('while a tracker is away waits until all it rests on is held', () => {
      const network = Network.linked([1, 2, 3]);
      network.cut(1, 3);
      network.cut(2, 3);
      network.settle();
      const [, second] = shareTwice(network);
      expect(network.answerTo(second), 'tracker 2 does not have the file').toBeUndefined();
      network.settle();
      expect(network.answerTo(second)).toEqual({ ok: true, done: undefined, replicated: false });
    });

    test('and rests on a link that breaks is answered then', () => {
      const network = Network.linked([1, 2]);
      const [, second] = shareTwice(network);
      network.cut(1, 2, () => 0);
      expect(network.answerTo(second)).toBeUndefined();
      network.settle();
      expect(network.answerTo(second)).toEqual({ ok: true, done: undefined, replicated: false });
    });
  });
});

describe('two trackers that take one name at once', () => {
  const race = (network: Network) => [1, 2].map((slot) => askForAnn(network, slot).ticket);
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
