/** MessagePack that is no mistake but a trick: what it nests, how long it says it is, what it says twice. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientRequest, decodeMessage, decodeOperation, MAX_MESSAGE_DEPTH, pack, unpack } from '../src/index.js';

const utf8 = new TextEncoder();

/** A short string, as a key or a value. */
function text(characters: string): number[] {
  return textOfBytes([...utf8.encode(characters)]);
}

function textOfBytes(bytes: readonly number[]): number[] {
  return [0xd9, bytes.length, ...bytes];
}

/** A map of up to 15 entries: a key may come twice. */
function map(...entries: readonly (readonly [key: string, value: readonly number[]])[]): number[] {
  return [0x80 | entries.length, ...entries.flatMap(([key, value]) => [...text(key), ...value])];
}

const decode = (bytes: readonly number[]) => decodeMessage(clientRequest, Uint8Array.from(bytes));

/** `create_group`, its name in these bytes. */
const named = (bytes: readonly number[]) =>
  decode(map(['type', text('create_group')], ['id', [1]], ['counter', [1]], ['group', textOfBytes(bytes)]));

describe('nesting', () => {
  const open = {
    array: [0x91],
    map: [0x81, 0xa1, 0x61],
    'array of 2^16': [0xdc, 0, 1],
    'map of 2^32': [0xdf, 0, 0, 0, 1, 0xa1, 0x61],
  };

  test.each(Object.entries(open))('of each kind is bounded alike: %s', (_kind, level) => {
    const nested = (depth: number) => Uint8Array.from([...new Array(depth).fill(level).flat(), 0xc0]);
    expect(unpack(nested(MAX_MESSAGE_DEPTH))).toBeDefined();
    expect(unpack(nested(MAX_MESSAGE_DEPTH + 1))).toBeUndefined();
  });

  test('in a field that nobody knows is bounded as well', () => {
    const inside = (depth: number) =>
      map(['type', text('ping')], ['id', [1]], ['x', [...new Array(depth).fill(0x91), 0xc0]]);
    expect(decode(inside(MAX_MESSAGE_DEPTH - 1)).ok).toBe(true);
    expect(decode(inside(MAX_MESSAGE_DEPTH)).ok).toBe(false);
  });

  test('is not hidden in a byte string: an operation is held to the same', () => {
    expect(decodeOperation(Uint8Array.from([...new Array(MAX_MESSAGE_DEPTH + 1).fill(0x91), 0xc0]))).toBeUndefined();
  });
});

describe('a length that is not true', () => {
  const bodies: readonly [what: string, header: (length: number) => number[], item: readonly number[]][] = [
    ['fixstr', (length) => [0xa0 | length], [0x61]],
    ['str 8', (length) => [0xd9, length], [0x61]],
    ['str 16', (length) => [0xda, 0, length], [0x61]],
    ['str 32', (length) => [0xdb, 0, 0, 0, length], [0x61]],
    ['bin 8', (length) => [0xc4, length], [0xff]],
    ['bin 16', (length) => [0xc5, 0, length], [0xff]],
    ['bin 32', (length) => [0xc6, 0, 0, 0, length], [0xff]],
    ['fixarray', (length) => [0x90 | length], [0xc0]],
    ['array 16', (length) => [0xdc, 0, length], [0xc0]],
    ['array 32', (length) => [0xdd, 0, 0, 0, length], [0xc0]],
    ['fixmap', (length) => [0x80 | length], [0xa1, 0x61, 0xc0]],
    ['map 16', (length) => [0xde, 0, length], [0xa1, 0x61, 0xc0]],
    ['map 32', (length) => [0xdf, 0, 0, 0, length], [0xa1, 0x61, 0xc0]],
  ];

  test.each(bodies)('%s: one too few, one too many, cut off in the header', (_what, header, item) => {
    const value = (length: number, items: number) =>
      unpack(Uint8Array.from([...header(length), ...new Array(items).fill(item).flat()]));
    for (const items of [0, 1, 7, 15]) {
      expect(value(items, items)).toBeDefined();
      expect(value(items + 1, items), 'longer than it is').toBeUndefined();
      expect(value(items, items + 1), 'shorter than it is').toBeUndefined();
    }
    for (let bytes = 0; bytes < header(1).length; bytes++) {
      expect(unpack(Uint8Array.from(header(1).slice(0, bytes)))).toBeUndefined();
    }
    // What comes behind it does not make up for it.
    expect(unpack(Uint8Array.from([0x92, ...header(3), ...item, 0xc0]))).toBeUndefined();
  });
});

describe('a key that comes twice', () => {
  test('counts as it was said last, for whoever checks and for whoever uses it', () => {
    const twice = map(['type', text('login')], ['id', [1]], ['id', [2]], ['type', text('ping')]);
    expect(decode(twice)).toEqual({ ok: true, message: { type: 'ping', id: 2 } });
    const bad = map(['type', text('ping')], ['id', [1]], ['id', text('x')]);
    expect(decode(bad)).toMatchObject({ ok: false, id: undefined });
    const name = map(
      ['type', text('create_group')],
      ['id', [1]],
      ['counter', [1]],
      ['group', text('a')],
      ['group', text('../a')],
    );
    expect(decode(name)).toMatchObject({ ok: false, code: 'invalid_name' });
  });
});

describe('keys that mean something to JavaScript', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', 'then'];

  test.each(names)('%s is a field like any other: dropped, and nobody inherits it', (key) => {
    const message = map(
      ['type', text('ping')],
      ['id', [1]],
      [key, map(['polluted', [1]], [key, map(['polluted', [1]])])],
    );
    expect(decode(message)).toEqual({ ok: true, message: { type: 'ping', id: 1 } });
    for (const value of [{}, [], () => 0, '', 1]) expect((value as { polluted?: unknown }).polluted).toBeUndefined();
    expect(`${{}}`).toBe('[object Object]');
  });

  test.each(names)('%s in the place of a message is none', (key) => {
    expect(decode(map([key, map(['type', text('ping')], ['id', [1]])])).ok).toBe(false);
    expect(decode(map(['type', text(key)], ['id', [1]])).ok).toBe(false);
  });

  test.each(names)('a user called %s is a user', (key) => {
    const login = map(['type', text('create_group')], ['id', [1]], ['counter', [1]], ['group', text(key)]);
    expect(decode(login)).toMatchObject({ ok: true, message: { group: key } });
  });
});

describe('numbers', () => {
  const withId = (id: readonly number[]) => decode(map(['type', text('ping')], ['id', id]));

  test.each([
    ['a float that is whole', [0xca, 0x3f, 0x80, 0, 0]],
    ['a double that is whole', [0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]],
    ['64 bits', [0xcf, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['64 bits with a sign', [0xd3, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['more bits than it needs', [0xce, 0, 0, 0, 1]],
  ])('%s is that number', (_what, id) => {
    expect(withId(id)).toEqual({ ok: true, message: { type: 'ping', id: 1 } });
  });

  test.each([
    ['NaN', [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]],
    ['infinity', [0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0]],
    ['less than infinity', [0xca, 0xff, 0x80, 0, 0]],
    ['a half', [0xca, 0x3f, 0, 0, 0]],
    ['-1', [0xff]],
    ['-1 in 64 bits', [0xd3, 255, 255, 255, 255, 255, 255, 255, 255]],
    ['2^64 - 1', [0xcf, 255, 255, 255, 255, 255, 255, 255, 255]],
    ['2^53', [0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0]],
    ['1e300', [0xcb, 0x7e, 0x37, 0xe4, 0x3c, 0x88, 0, 0x75, 0x9c]],
    ['true', [0xc3]],
    ['nil', [0xc0]],
    ['"1"', text('1')],
  ])('%s is no id, and nothing of it is left over', (_what, id) => {
    expect(withId(id)).toMatchObject({ ok: false, id: undefined, code: 'bad_request' });
  });
});

describe('strings that are no UTF-8', () => {
  /** RFC 3629 forbids each of these. */
  const broken: readonly [what: string, bytes: readonly number[]][] = [
    ['a byte that begins nothing', [0xff]],
    ['a continuation alone', [0x80]],
    ['a beginning alone', [0xc3]],
    ['four bytes cut off', [0xf0, 0x9f, 0x98]],
    ['a slash in two bytes', [0xc0, 0xaf]],
    ['a dot in two bytes', [0xc0, 0xae]],
    ['a letter in two bytes', [0xc1, 0xa1]],
    ['a slash in three bytes', [0xe0, 0x80, 0xaf]],
    ['a slash in four bytes', [0xf0, 0x80, 0x80, 0xaf]],
    ['half a character', [0xed, 0xa0, 0x80]],
    ['two halves (CESU-8)', [0xed, 0xa0, 0xbd, 0xed, 0xb1, 0x8d]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ];

  test.each(broken)('%s is no name, wherever it stands and however long that is', (_what, bytes) => {
    const letters = (count: number) => new Array<number>(count).fill(0x61);
    for (const padding of [0, 3, 20, 60]) {
      for (const name of [
        [...letters(padding), ...bytes],
        [...bytes, ...letters(padding)],
      ]) {
        expect(named(name)).toMatchObject({ ok: false, id: 1, code: 'invalid_name' });
      }
    }
  });

  test('what is accepted was written in the only way there is to write it', () => {
    const strange = fc.oneof(
      fc.constantFrom(...broken.map(([, bytes]) => bytes)),
      fc.array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 3 }),
      fc.string({ unit: 'grapheme', maxLength: 3 }).map((characters) => [...utf8.encode(characters)]),
    );
    fc.assert(
      fc.property(fc.array(strange, { maxLength: 4 }), (parts) => {
        const bytes = parts.flat();
        const decoded = named(bytes);
        if (!decoded.ok || decoded.message.type !== 'create_group') return;
        const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
        expect(strict.decode(Uint8Array.from(bytes)).normalize('NFC')).toBe(decoded.message.group);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a long string with a byte order mark is refused before a decoder drops the mark', () => {
    const marked = (length: number) => `\ufeff${'a'.repeat(length)}`;
    expect(unpack(pack(marked(61)))).toBe(marked(61));
    expect(named([...utf8.encode(marked(20))])).toMatchObject({ ok: false, code: 'invalid_name' });
    for (const length of [62, 200, 70_000]) {
      expect(unpack(pack(marked(length)))).toBeUndefined();
      expect(unpack(pack({ a: marked(length) }))).toBeUndefined();
      expect(unpack(pack(`a${marked(length)}`))).toBe(`a${marked(length)}`);
    }
  });
});
