import { expect, test } from 'vitest';
import { holdersOf, waysToWrite } from './traces.js';

const secret = Buffer.from('marker-7Qz9-password');

test('a secret is found in whatever way it is written, and wherever it begins', () => {
  expect(waysToWrite(secret).length).toBeGreaterThan(4);
  const isFoundIn = (text: string) => holdersOf([secret], new Map([['here', Buffer.from(text)]])).length === 1;
  for (const prefix of ['', 'a', 'ab', 'abc', 'abcd']) {
    const around = Buffer.from(`${prefix}${secret}z`);
    for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const) {
      expect(isFoundIn(around.toString(encoding)), `${encoding} behind "${prefix}"`).toBe(true);
    }
    expect(isFoundIn(around.toString('hex').toUpperCase())).toBe(true);
  }
  expect(isFoundIn(secret.toString().slice(1))).toBe(false);
});
