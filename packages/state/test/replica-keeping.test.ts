/**
 * A tracker that goes away between a proposal and its answer: what succeeded so far and could still be rejected is
 * proposed again as what has to be kept, before anybody is told of it or builds on it.
 */
import type { GroupId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { createUser, expectAlike, logIn, usersOf } from './cluster-facts.js';
import type { End } from './connections.js';
import { Network } from './network.js';
import { Device } from './world.js';

/** `ann` asked for at tracker 1, while all are linked. */
function asked(slots: readonly number[]) {
  const network = Network.linked(slots);
  const device = new Device('ann');
  const requestId = device.nextRequest();
  const ask = () => network.request(1, device, createUser('ann'), requestId);
  return { network, requestId, ask, ticket: ask(), modes: (slot = 1) => network.tracker(slot).modesOf(requestId) };
}

describe('a link that breaks between proposal and acknowledgement', () => {
  test.each([
    ['the proposal', false],
    ['its acknowledgement', true],
  ])('with %s lost: kept, then answered as not replicated', (_title, arrives) => {
    const { network, ticket, modes } = asked([1, 2]);
    if (arrives) network.deliverAll(1, 2);
    network.cut(1, 2, () => 0);
    network.settle();
    expect(network.answerTo(ticket)).toEqual({ ok: true, done: 'create_user', replicated: false });
    expect(modes()).toEqual(['reject', 'keep']);
    network.heal();
    expect(usersOf(network)).toEqual([['ann'], ['ann']]);
    expectAlike(network);
  });

  test('nobody is answered before the keeping one is flushed', () => {
    const { network, ticket, modes } = asked([1, 2]);
    network.tracker(1).held.flushes = true;
    network.cut(1, 2, () => 0);
    network.settle();
    expect(modes()).toEqual(['reject', 'keep']);
    expect(network.answerTo(ticket)).toBeUndefined();
    network.tracker(1).flush();
    expect(network.answerTo(ticket)).toMatchObject({ ok: true, replicated: false });
  });

  test('with a third tracker left: what is kept waits for that one, for everybody who asked', () => {
    const { network, ticket, ask } = asked([1, 2, 3]);
    const tickets = [ticket, ask()];
    network.deliverAll(1, 2);
    network.deliverAll(2, 1);
    network.cut(1, 3, () => 0);
    network.deliverAll(3, 1);
    expect(
      tickets.map((each) => network.answerTo(each)),
      'tracker 2 does not have the keeping one',
    ).toEqual([undefined, undefined]);
    network.cut(2, 3, () => 0);
    network.settle();
    for (const each of tickets) expect(network.answerTo(each)).toMatchObject({ ok: true, replicated: false });
  });

  test('what was final already is not proposed again', () => {
    const { network, ticket, modes } = asked([1, 2]);
    network.settle();
    expect(network.answerTo(ticket)).toMatchObject({ replicated: true });
    network.cut(1, 2);
    network.settle();
    expect(modes()).toEqual(['reject']);
  });

  test('what has been refused so far is not kept: it promises nothing', () => {
    const network = Network.linked([1, 2]);
    network.now += 10;
    const [first, second] = [new Device('first'), new Device('second')];
    const requestId = second.nextRequest();
    network.request(2, first, createUser('ann'));
    network.now += 10;
    const ticket = network.request(1, second, createUser('ann'), requestId);
    network.deliverAll(2, 1);
    network.cut(1, 2, () => 0);
    network.settle();
    expect(network.answerTo(ticket)).toMatchObject({ ok: false, code: 'already_exists' });
    expect(network.tracker(1).modesOf(requestId)).toEqual(['reject']);
  });
});

describe('what another tracker has proposed is kept as well', () => {
  /** The operation itself, not yet that tracker 1 has flushed it. */
  const deliverProposal = (network: Network) => network.deliver(network.endsAt(2, 1)[0] as End);

  test('by who holds it when the link breaks: somebody may build on it', () => {
    const { network, modes } = asked([1, 2]);
    deliverProposal(network);
    network.cut(1, 2, () => 0);
    network.settle();
    expect(modes(2)).toEqual(['reject', 'keep']);
    network.heal();
    expect(usersOf(network)).toEqual([['ann'], ['ann']]);
    expectAlike(network);
  });

  test('by who gets it from a third one while one is away', () => {
    const { network, modes } = asked([1, 2, 3]);
    network.cut(1, 3, () => 0);
    network.cut(2, 3);
    network.deliverAll(1, 2);
    network.settle();
    expect(modes(2)).toContain('keep');
    network.heal();
    expectAlike(network);
  });

  test('by one that has started with it, not before it serves', () => {
    const { network, modes } = asked([1, 2]);
    deliverProposal(network);
    network.stop(1, () => 0);
    const restarted = network.restart(2, { ready: false });
    expect(modes(2), 'it may be linked before anybody builds on it').toEqual(['reject']);
    restarted.becomeReady();
    expect(modes(2)).toEqual(['reject', 'keep']);
  });

  test('not by one that knows that it is final', () => {
    const { network, modes } = asked([1, 2]);
    network.deliverAll(1, 2);
    network.cut(1, 2, () => 0);
    network.settle();
    expect(modes(1)).toEqual(['reject', 'keep']);
    expect(modes(2)).toEqual(['reject']);
    network.heal();
    expectAlike(network);
  });

  test('a membership outlives the race that its group has lost', () => {
    const network = Network.linked([1, 2, 3]);
    const [ann, ben] = [new Device('ann'), new Device('ben')];
    logIn(network, ann, 'ann');
    logIn(network, ben, 'ben');
    // Tracker 3 has the name before, and nobody knows yet.
    network.request(3, ben, { type: 'create_group', group: 'films' });
    network.now += 10;
    const made = network.request(1, ann, { type: 'create_group', group: 'films' });
    network.deliverAll(1, 2);
    network.cut(1, 3, () => 0);
    network.cut(2, 3, () => 0);
    network.deliverAll(3, 2);
    network.stop(1, () => 0);
    network.settle();
    const joined = network.request(2, ben, { type: 'join_group', group: 'films' });
    network.settle();
    expect(network.answerTo(made)).toBeUndefined();
    expect(network.answerTo(joined)).toMatchObject({ ok: true, replicated: false });
    network.start(1);
    network.heal();
    const { groupNames, requests, groups } = network.tracker(3).replica.state;
    expect([...groupNames.entries()].map(([name]) => name).sort()).toEqual(['films', 'films~2']);
    const [group] = [...requests.entries()].map(([asked]) => asked) as [GroupId];
    expect(groups.get(group), 'the request is for the group that was joined').toMatchObject({ name: 'films~2' });
    expectAlike(network);
  });
});
