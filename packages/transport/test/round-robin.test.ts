import { expect, test } from 'vitest';
import { RoundRobin } from '../src/index.js';

function waiting(...things: string[]): RoundRobin<string> {
  const round = new RoundRobin<string>();
  for (const thing of things) round.add(thing.charAt(0), thing);
  return round;
}

function takeAll(round: RoundRobin<string>): string[] {
  const taken: string[] = [];
  for (let thing = round.take(); thing !== undefined; thing = round.take()) taken.push(thing);
  return taken;
}

test('each owner’s in order, the owners in turn', () => {
  const round = waiting('a1', 'a2', 'a3', 'b1', 'c1', 'c2');
  expect(round.size).toBe(6);
  expect(takeAll(round)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  expect(round.size).toBe(0);
});

test('who comes while others wait has one turn after theirs', () => {
  const round = waiting('a1', 'a2', 'b1');
  expect(round.take()).toBe('a1');
  round.add('c', 'c1');
  expect(takeAll(round)).toEqual(['b1', 'a2', 'c1']);
});

test('what is removed waits no more', () => {
  const round = waiting('a1', 'b1', 'b2');
  round.remove('a', 'a1');
  round.remove('a', 'a1');
  round.remove('b', 'never there');
  expect(round.size).toBe(2);
  expect(takeAll(round)).toEqual(['b1', 'b2']);
});

test('the last one of whoever has most is taken away; of several, of the last of them', () => {
  const round = waiting('a1', 'b1', 'b2', 'c1');
  expect(round.takeFromLongest()).toBe('b2');
  expect(round.takeFromLongest()).toBe('c1');
  expect(takeAll(round)).toEqual(['a1', 'b1']);
  expect(round.takeFromLongest()).toBeUndefined();
});
