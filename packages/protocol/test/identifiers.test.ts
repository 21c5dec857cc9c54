/** Identifiers: what is one and what is not. */
import { describe, expect, test } from 'vitest';
import {
  contentRoot,
  deviceId,
  fileId,
  incarnationId,
  MAX_TRACKERS,
  requestId,
  requestIdOf,
  slotNumber,
  slotOf,
} from '../src/index.js';

const hash = '0123456789abcdef'.repeat(4);
const device = deviceId.parse(hash);

describe('hashes', () => {
  test.each([deviceId, contentRoot])('64 lower-case hex digits', (schema) => {
    expect(schema.safeParse(hash).success).toBe(true);
    for (const wrong of ['', hash.slice(1), `${hash}0`, hash.toUpperCase(), `${hash.slice(1)}g`, `${hash}\n`, 7]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
  });
});

describe('requests and what they made', () => {
  test.each([0, 1, Number.MAX_SAFE_INTEGER])('a device and its counter %d', (counter) => {
    const id = requestIdOf(device, counter);
    expect(id).toBe(`${hash}.${counter}`);
    expect(requestId.parse(id)).toBe(id);
    expect(fileId.parse(id)).toBe(id);
  });

  test.each(['', `${hash}`, `${hash}.`, `${hash}.01`, `${hash}.-1`, `${hash}.1e3`, `${hash}.12345678901234567`, '.1'])(
    '%j is none',
    (text) => expect(requestId.safeParse(text).success).toBe(false),
  );
});

describe('incarnations', () => {
  test('name their slot', () => {
    expect(slotOf(incarnationId.parse('7.0123456789abcdef'))).toBe(7);
    expect(slotOf(incarnationId.parse(`${MAX_TRACKERS}.0123456789abcdef`))).toBe(MAX_TRACKERS);
  });

  test.each([
    '0.0123456789abcdef',
    '01.0123456789abcdef',
    '1.0123456789abcde',
    '1.0123456789ABCDEF',
    '1',
    '123.0123456789abcdef',
    `${MAX_TRACKERS + 1}.0123456789abcdef`,
  ])('%j is none', (text) => expect(incarnationId.safeParse(text).success).toBe(false));

  test('a slot is a line of tracker_info.txt', () => {
    expect(slotNumber.safeParse(1).success).toBe(true);
    expect(slotNumber.safeParse(MAX_TRACKERS).success).toBe(true);
    for (const wrong of [0, 1.5, MAX_TRACKERS + 1, '1']) expect(slotNumber.safeParse(wrong).success).toBe(false);
  });
});
