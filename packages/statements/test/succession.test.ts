/** Who knew a key follows its word to the next one, and nobody else's. */
import { clusterId } from '@p2p/protocol';
import { expect, test } from 'vitest';
import { signSuccession, verifySuccession } from '../src/index.js';
import { newSigner } from './signers.js';

const first = newSigner();
const second = newSigner();
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
