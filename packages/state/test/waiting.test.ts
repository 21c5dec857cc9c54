/** Who waits for what, and who is let go by what. */
import type { RequestId, Stamp } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { Waiting } from '../src/replica/waiting.js';
import { Device, incarnationOf } from './world.js';

const stampAt = (time: number): Stamp => ({ time, count: 0, incarnation: incarnationOf(1) });

describe('a request', () => {
  test('is awaited by all who asked for it, until they are taken out', () => {
    const waiting = new Waiting();
    const device = new Device('ann');
    const [first, second] = [device.nextRequest(), device.nextRequest()] as [RequestId, RequestId];
    waiting.add(1, first);
    waiting.add(2, second);
    waiting.add(3, first);
    expect(waiting.requests).toEqual([first, second]);
    expect(waiting.take(first)).toEqual([1, 3]);
    expect([waiting.isAwaited(first), waiting.isAwaited(second)]).toEqual([false, true]);
    expect(waiting.take(first)).toEqual([]);
  });
});

describe('a barrier', () => {
  const waitingFor = (...barriers: [stamp: Stamp | null, position: number][]) => {
    const waiting = new Waiting();
    for (const [ticket, [stamp, position]] of barriers.entries()) waiting.addBarrier({ ticket, stamp, position });
    return waiting;
  };
  const tickets = (barriers: readonly { ticket: number }[]) => barriers.map(({ ticket }) => ticket);

  test('falls when its stamp is final, the stamp itself included', () => {
    const waiting = waitingFor([stampAt(10), 1], [stampAt(20), 2], [stampAt(30), 3]);
    expect(tickets(waiting.takeSettled(stampAt(9)))).toEqual([]);
    expect(tickets(waiting.takeSettled(stampAt(20)))).toEqual([0, 1]);
    expect(tickets(waiting.takeSettled(stampAt(20)))).toEqual([]);
    expect(tickets(waiting.takeSettled(stampAt(31)))).toEqual([2]);
  });

  test('falls when everything before its position is held', () => {
    const waiting = waitingFor([stampAt(10), 1], [stampAt(20), 2], [stampAt(30), 3]);
    expect(tickets(waiting.takeHeld(0))).toEqual([]);
    expect(tickets(waiting.takeHeld(2))).toEqual([0, 1]);
    expect(tickets(waiting.takeHeld(3))).toEqual([2]);
  });

  test('of an empty history falls at once', () => {
    expect(tickets(waitingFor([null, 0]).takeSettled(null))).toEqual([0]);
  });

  test('waits where nothing is final', () => {
    expect(tickets(waitingFor([stampAt(10), 1]).takeSettled(null))).toEqual([]);
  });
});
