/** The codec: every message survives the way there, and nothing that a stranger sends does any harm. */
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  clientRequest,
  type Decoded,
  decodeMessage,
  downloaderMessage,
  helloRequest,
  MAX_INCARNATIONS,
  MAX_MESSAGE_DEPTH,
  MAX_REQUEST_NUMBER,
  MAX_SYNC_VALUES,
  operatorReply,
  operatorRequest,
  pack,
  peerHello,
  serverMessage,
  syncMessage,
  trackerMessage,
  unpack,
} from '../src/index.js';
import { valuesOf } from './generated-messages.js';
import { messagesOf, tagOf } from './schema-fields.js';

const unions = {
  helloRequest,
  clientRequest,
  trackerMessage,
  syncMessage,
  operatorRequest,
  operatorReply,
  peerHello,
  downloaderMessage,
  serverMessage,
};
const everyMessage = Object.entries(unions).flatMap(([union, schema]) =>
  messagesOf(schema).map((message) => [union, tagOf(message), message, schema as z.ZodType<{ type: string }>] as const),
);

const token = new Uint8Array(32);
const login = { type: 'login', id: 1, counter: 1, user: 'alice', password: 'x', token } as const;

/** A frame as it comes from a socket: plain bytes. (Node's Buffers encode and decode alike, but compare differently.) */
function frameOf(message: unknown): Uint8Array {
  return Uint8Array.from(pack(message));
}

function refusalOf(frame: Uint8Array): Extract<Decoded<unknown>, { ok: false }> {
  const decoded = decodeMessage(clientRequest, frame);
  if (decoded.ok) throw new Error('the frame was accepted');
  return decoded;
}

describe('the way there', () => {
  test.each(everyMessage)('%s: %s arrives as it was sent', (_union, _type, message, schema) => {
    fc.assert(
      fc.property(valuesOf(message), (value) => {
        const sent = value as { type: string };
        expect(decodeMessage(schema, frameOf(sent))).toEqual({ ok: true, message: sent });
      }),
      { numRuns: 60 },
    );
  });

  test('byte strings are copies: the frame may be overwritten afterwards', () => {
    const frame = frameOf({ ...login, token: new Uint8Array(32).fill(7) });
    const decoded = decodeMessage(clientRequest, frame);
    frame.fill(0);
    expect(decoded).toMatchObject({ ok: true, message: { token: new Uint8Array(32).fill(7) } });
  });

  test('names are NFC after decoding', () => {
    const decoded = decodeMessage(clientRequest, pack({ ...login, user: 'Ame\u0301lie' }));
    expect(decoded).toMatchObject({ ok: true, message: { user: 'Am\u00e9lie' } });
  });

  test('unknown fields are dropped, so that a newer program may say more', () => {
    const decoded = decodeMessage(clientRequest, pack({ type: 'ping', id: 1, news: [1, { a: 2 }] }));
    expect(decoded).toEqual({ ok: true, message: { type: 'ping', id: 1 } });
  });
});

describe('what is answered to a bad request', () => {
  test.each([
    ['a name with a slash', { ...login, user: 'a/b' }, 'invalid_name'],
    ['an empty name', { ...login, user: '' }, 'invalid_name'],
    ['a name that is a number', { ...login, user: 7 }, 'bad_request'],
    ['a chosen name like a merge', { type: 'create_group', id: 1, counter: 0, group: 'a~2' }, 'invalid_name'],
    [
      'a password too short',
      { type: 'create_user', id: 1, counter: 0, user: 'bob', password: '1234567' },
      'bad_request',
    ],
    ['both', { type: 'create_user', id: 1, counter: 0, user: 'b/b', password: '1' }, 'invalid_name'],
    ['a missing field', { type: 'login', id: 1, counter: 1 }, 'bad_request'],
    ['a type that does not exist', { type: 'sync', id: 1, operations: [] }, 'bad_request'],
    ['a reply', { type: 'ping.ok', id: 1 }, 'bad_request'],
    ['a negative counter', { ...login, counter: -1 }, 'bad_request'],
    ['a counter beyond exact numbers', { ...login, counter: 2 ** 53 }, 'bad_request'],
    ['a token of another length', { ...login, token: new Uint8Array(31) }, 'bad_request'],
  ])('%s', (_what, message, code) => {
    expect(refusalOf(pack(message))).toMatchObject({ id: 1, code });
  });

  test('the reason names the field', () => {
    expect(refusalOf(pack({ ...login, counter: 'x' })).reason).toMatch(/^counter: /);
  });

  test.each([0, 1, MAX_REQUEST_NUMBER])('id %d can be answered', (id) => {
    expect(refusalOf(pack({ type: 'nonsense', id })).id).toBe(id);
  });

  test.each([-1, 0.5, Number.NaN, MAX_REQUEST_NUMBER + 1, '1', null, [1]])('id %j cannot', (id) => {
    expect(refusalOf(pack({ type: 'ping', id })).id).toBeUndefined();
  });

  test.each([null, 7, 'x', [], [1, 2], true])('%j is no message', (value) => {
    expect(refusalOf(pack(value))).toMatchObject({ id: undefined, code: 'bad_request' });
  });
});

describe('what a stranger may send', () => {
  test('garbage never throws, and leaves the codec as it was', () => {
    const frame = frameOf(login);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        decodeMessage(clientRequest, garbage);
        expect(decodeMessage(clientRequest, frame)).toEqual({ ok: true, message: login });
      }),
      { numRuns: 5_000 },
    );
  });

  test('a message with bytes changed, cut off or added never throws', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(valuesOf(clientRequest), fc.array(change, { maxLength: 4 }), fc.nat(), (message, changes, length) => {
        const frame = frameOf(message);
        for (const [position, byte] of changes) frame[position % frame.length] = byte;
        const decoded = decodeMessage(clientRequest, frame.subarray(0, length % (frame.length + 1)));
        if (!decoded.ok) expect(decoded.reason).not.toBe('');
      }),
      { numRuns: 3_000 },
    );
  });

  test('every message cut short and every message with a byte behind it is refused', () => {
    const frame = frameOf(login);
    for (let length = 0; length < frame.length; length++) expect(unpack(frame.subarray(0, length))).toBeUndefined();
    expect(unpack(Uint8Array.from([...frame, 0]))).toBeUndefined();
  });

  test('nesting is bounded', () => {
    const nested = (depth: number) => Uint8Array.from([...new Array<number>(depth).fill(0x91), 0xc0]);
    expect(unpack(nested(MAX_MESSAGE_DEPTH))).toBeDefined();
    expect(unpack(nested(MAX_MESSAGE_DEPTH + 1))).toBeUndefined();
    expect(unpack(nested(1_000_000))).toBeUndefined();
  });

  test('a key called __proto__ or constructor reaches no prototype', () => {
    const key = [0xa9, ...new TextEncoder().encode('__proto__')];
    const decoded = unpack(Uint8Array.from([0x81, ...key, 0x81, 0xa1, 0x78, 0x01]));
    expect(decoded).toBeTypeOf('object');
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    unpack(pack({ constructor: { prototype: { x: 1 } } }));
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test.each([
    ['an array of 2^32 - 1', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['a map of 2^31', [0xdf, 0x80, 0, 0, 0]],
    ['a string of 2^32 - 1', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['bytes of 2^32 - 1', [0xc6, 0xff, 0xff, 0xff, 0xff]],
  ])('%s that is not there is refused before it is allocated', (_what, start) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(unpack(Uint8Array.from([...start, 0, 0, 0]))).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test.each([
    ['undefined', { a: undefined }],
    ['a date', new Date(0)],
    ['a regular expression', /a/],
    ['an error', new Error('a')],
    ['a set', new Set([1])],
    ['a reference', { type: 'ping', id: 1, self: [[1], [1]] }],
  ])('%s is no plain value', (_what, value) => {
    if (typeof value === 'object' && 'self' in value && value.self) value.self[1] = value.self[0] as number[];
    expect(
      unpack(new Packr({ moreTypes: true, structuredClone: true, useRecords: false }).pack(value)),
    ).toBeUndefined();
  });

  test('a record definition, which msgpackr would compile, is refused', () => {
    expect(unpack(new Packr({ useRecords: true }).pack({ type: 'ping', id: 1 }))).toBeUndefined();
  });

  test('references that double at every level stay a short frame, not a long value', () => {
    const level = (depth: number): number[] => {
      const name = [0, 0, 0, depth];
      const inner = depth === 0 ? [1] : [0xd6, 0x69, ...name, ...level(depth - 1), 0xd6, 0x70, ...name];
      return [depth === 0 ? 0x91 : 0x92, ...inner];
    };
    expect(unpack(Uint8Array.from([...level(12), 0]))).toBeUndefined();
  });
});

describe('plain values', () => {
  test('every JSON value, byte string and number of any size arrives (-0 as 0)', () => {
    const leaf = fc.oneof(
      fc.double().map((value) => value + 0),
      fc.maxSafeInteger(),
      fc.uint8Array(),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.boolean(),
    );
    const tree = fc.object({ values: [leaf], maxDepth: 4, key: fc.string().filter((key) => key !== '__proto__') });
    fc.assert(
      fc.property(tree, (value) => {
        expect(unpack(frameOf(value))).toEqual(value);
      }),
    );
  });

  test('lists and strings of every length of header arrive', () => {
    for (const length of [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536]) {
      expect(unpack(pack('x'.repeat(length)))).toBe('x'.repeat(length));
      expect(unpack(frameOf(new Uint8Array(length)))).toEqual(new Uint8Array(length));
      expect(unpack(pack(new Array(length).fill(1)), MAX_SYNC_VALUES)).toHaveLength(length);
    }
  });

  test('a vector of as many incarnations as are allowed arrives, and one more is refused', () => {
    const incarnations = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`1.${index.toString(16).padStart(16, '0')}`, index]));
    const vec = (length: number) => ({
      type: 'vec',
      flushed: { '1.0000000000000000': incarnations(length) },
      final: { count: 0, digest: new Uint8Array(32) },
    });
    expect(decodeMessage(syncMessage, pack(vec(MAX_INCARNATIONS)), MAX_SYNC_VALUES).ok).toBe(true);
    expect(syncMessage.safeParse(vec(MAX_INCARNATIONS + 1)).success).toBe(false);
  });

  test('a map key is a string', () => {
    expect(unpack(Uint8Array.from([0x81, 0xa1, 0x61, 1]))).toEqual({ a: 1 });
    expect(unpack(Uint8Array.from([0x81, 1, 1]))).toBeUndefined();
    expect(unpack(Uint8Array.from([0x81, 0x90, 1]))).toBeUndefined();
  });
});
