import { MIN_PASSWORD_BYTES } from '@p2p/protocol';
import { expect, test } from 'vitest';
import { readablePassword } from '../src/operator/readable-password.js';

const passwords = Array.from({ length: 2_000 }, readablePassword);

test('has four groups of characters that can be told apart', () => {
  for (const password of passwords) {
    expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect(password).not.toMatch(/[01oil]/);
    expect(password.length).toBeGreaterThanOrEqual(MIN_PASSWORD_BYTES);
  }
});

test('is another one each time, and every character comes up at every place', () => {
  expect(new Set(passwords).size).toBe(passwords.length);
  const places = [...(passwords[0] ?? '')].flatMap((character, place) => (character === '-' ? [] : [place]));
  expect(places).toHaveLength(20);
  // 31 characters in 2,000 draws: that one of 620 never comes is less likely than one in 10^25.
  for (const place of places) expect(new Set(passwords.map((password) => password[place])).size).toBe(31);
});
