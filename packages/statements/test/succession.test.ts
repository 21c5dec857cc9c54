/** Who knew a key follows its word to the next one, and nobody else's. */
import { clusterId } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { signGrant, signSuccession, verifySuccession, verifySuccessions } from '../src/index.js';
import { newSigner } from './signers.js';

const first = newSigner();
const second = newSigner();
const third = newSigner();
const to = clusterId.parse(second.id);

test('says which key follows which, and when', async () => {
  const text = await signSuccession(first, { to, at: 5 });
  expect(await verifySuccession(text, (key) => key === first.id)).toEqual({ from: first.id, to, at: 5 });
});

test('whoever doesn’t know the first key does not follow', async () => {
  const text = await signSuccession(first, { to, at: 5 });
  expect(await verifySuccession(text, (key) => key === second.id)).toBeUndefined();
});

test('the same words make the same statement, so that every tracker can make it', async () => {
  expect(await signSuccession(first, { to, at: 5 })).toBe(await signSuccession(first, { to, at: 5 }));
});

test('what is longer than a statement ever is isn’t looked at', async () => {
  const text = await signSuccession(first, { to, at: 5 });
  expect(await verifySuccession(`${text}${' '.repeat(1_024)}`, () => true)).toBeUndefined();
});

describe('a chain', () => {
  const say = (by: typeof first, next: typeof first, at: number) =>
    signSuccession(by, { to: clusterId.parse(next.id), at });

  test('leads from key to key', async () => {
    const texts = [await say(first, second, 5), await say(second, third, 9)];
    expect(await verifySuccessions(texts)).toEqual([
      { from: first.id, to: second.id, at: 5 },
      { from: second.id, to: third.id, at: 9 },
    ]);
    expect(await verifySuccessions([])).toEqual([]);
  });

  test('has no gaps, no detours, no way back, and nothing else in it', async () => {
    const stranger = newSigner();
    const good = await say(first, second, 5);
    const [head = '', payload = '', signature = ''] = good.split('.');
    const bad = [
      [good, await say(first, third, 6)],
      [await say(second, third, 9), good],
      [good, await say(stranger, third, 9)],
      [good, await say(second, first, 9)],
      [await say(first, first, 5)],
      [good, good],
      [good, ''],
      [good.slice(0, -2)],
      [`${head}.${payload.slice(0, -4)}AAAA.${signature}`],
      ['null'],
    ];
    for (const texts of bad) expect(await verifySuccessions(texts)).toBeUndefined();
  });

  test('isn’t made of what the same key has signed for another purpose', async () => {
    const id = `${'a'.repeat(64)}.1`;
    const since = { time: 1, count: 0, incarnation: '1.0000000000000001' };
    const names = { group: id, user: id, session: 'b'.repeat(64), since };
    const grant = await signGrant(first, { device: second.id, expires: 5_000, ...names } as never);
    expect(await verifySuccessions([grant])).toBeUndefined();
  });
});
