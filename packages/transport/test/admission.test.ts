import { describe, expect, test } from 'vitest';
import { Admission } from '../src/admission.js';

const house = (maxGuests: number, maxPerNetwork = 100) => new Admission<string>({ maxGuests, maxPerNetwork });

/** Lets them in, each from a network of its own. */
function fill(admission: Admission<string>, guests: readonly string[]): void {
  for (const guest of guests) expect(admission.enter(guest, `home of ${guest}`)).toBeUndefined();
}

describe('in all', () => {
  test('as many as there is room for, and for one more the oldest stranger leaves', () => {
    const admission = house(3);
    fill(admission, ['a', 'b', 'c']);
    expect(admission.enter('d', 'home of d')).toBe('a');
    expect(admission.enter('e', 'home of e')).toBe('b');
    expect(admission.size).toBe(3);
  });

  test('who is trusted stays', () => {
    const admission = house(3);
    fill(admission, ['a', 'b', 'c']);
    admission.setTrusted('a', true);
    expect(admission.enter('d', 'home of d')).toBe('b');
  });

  test('where all are trusted the newcomer is sent away', () => {
    const admission = house(2);
    fill(admission, ['a', 'b']);
    for (const guest of ['a', 'b']) admission.setTrusted(guest, true);
    expect(admission.enter('c', 'home of c')).toBe('c');
    expect(admission.size).toBe(2);
    admission.leave('a');
    expect(admission.enter('c', 'home of c')).toBeUndefined();
  });

  test('who is trusted no longer is the newest of the strangers', () => {
    const admission = house(2);
    fill(admission, ['a', 'b']);
    admission.setTrusted('a', true);
    admission.setTrusted('a', false);
    expect(admission.enter('c', 'home of c')).toBe('b');
    expect(admission.enter('d', 'home of d')).toBe('a');
  });
});

describe('from one network', () => {
  test('as many as are allowed, and for one more its oldest stranger leaves, nobody else’s', () => {
    const admission = house(100, 2);
    fill(admission, ['somebody else']);
    expect(admission.enter('a', 'there')).toBeUndefined();
    expect(admission.enter('b', 'there')).toBeUndefined();
    expect(admission.enter('c', 'there')).toBe('a');
    expect(admission.size).toBe(3);
  });

  test('the newcomer, where all of them are trusted', () => {
    const admission = house(100, 1);
    admission.enter('a', 'there');
    admission.setTrusted('a', true);
    expect(admission.enter('b', 'there')).toBe('b');
    expect(admission.enter('c', 'elsewhere')).toBeUndefined();
  });

  test('not counted where no network is named', () => {
    const admission = house(100, 1);
    for (let index = 0; index < 50; index++) expect(admission.enter(`guest ${index}`, undefined)).toBeUndefined();
  });
});

test('leaving twice, or without having been there, changes nothing', () => {
  const admission = house(2, 1);
  admission.enter('a', 'there');
  admission.leave('a');
  admission.leave('a');
  admission.leave('nobody');
  admission.setTrusted('a', true);
  expect(admission.size).toBe(0);
  fill(admission, ['b', 'c']);
  expect(admission.enter('d', 'there')).toBe('b');
});
