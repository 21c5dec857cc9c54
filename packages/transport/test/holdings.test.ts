import { expect, test } from 'vitest';
import { Holdings } from '../src/holdings.js';

function holdings(options: { maxBytes?: number; maxTicks?: number } = {}) {
  const gone: string[] = [];
  const { maxBytes = 100, maxTicks } = options;
  return { gone, held: new Holdings<string>({ maxBytes, maxTicks, letGo: (holder) => void gone.push(holder) }) };
}

test('so many bytes are held, and for one more whoever keeps it waiting the longest is let go', () => {
  const { held, gone } = holdings();
  held.set('a', 60);
  held.set('b', 40);
  expect([gone, held.bytes]).toEqual([[], 100]);
  held.set('c', 1);
  expect([gone, held.bytes]).toEqual([['a'], 41]);
});

test('as many are let go as it takes, in the end whoever is too much alone', () => {
  const { held, gone } = holdings();
  for (const holder of ['a', 'b', 'c']) held.set(holder, 30);
  held.set('d', 101);
  expect([gone, held.bytes]).toEqual([['a', 'b', 'c', 'd'], 0]);
});

test('who holds more keeps its place, who gets on goes to the end', () => {
  const { held, gone } = holdings();
  held.set('a', 10);
  held.set('b', 10);
  held.set('a', 50);
  held.renew('a', 50);
  held.set('c', 50);
  expect(gone).toEqual(['b']);
  held.set('a', 0);
  expect(held.bytes).toBe(50);
});

test('who keeps it waiting for too many ticks is let go, one less is not too many', () => {
  const { held, gone } = holdings({ maxTicks: 3 });
  held.set('a', 1);
  held.tick();
  held.set('b', 1);
  held.tick();
  held.renew('b', 2);
  held.tick();
  expect(gone).toEqual([]);
  held.tick();
  expect(gone).toEqual(['a']);
  held.tick();
  expect(gone).toEqual(['a']);
  held.tick();
  expect([gone, held.bytes]).toEqual([['a', 'b'], 0]);
});

test('without a bound on time nobody is let go for taking it', () => {
  const { held, gone } = holdings();
  held.set('a', 1);
  for (let tick = 0; tick < 1_000; tick++) held.tick();
  expect(gone).toEqual([]);
});
