/** Data frames, and the offers that they answer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clientRequest,
  DATA_HEADER_BYTES,
  encodeMessage,
  isDataFrame,
  MAX_FILE_BYTES,
  MAX_PIECES,
  MAX_REQUEST_NUMBER,
  MAX_RUNS_PER_OFFER,
  offer,
  readDataFrame,
  writeDataHeader,
} from '../src/index.js';
import { valuesOf } from './generated-messages.js';

function dataFrame(channel: number, offset: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(DATA_HEADER_BYTES + bytes.length);
  writeDataHeader(frame, channel, offset);
  frame.set(bytes, DATA_HEADER_BYTES);
  return frame;
}

describe('data frames', () => {
  test('the header is kind, channel and offset, big-endian', () => {
    const frame = dataFrame(0x01020304, 0x0506_0708_090a, Uint8Array.of(0xff));
    expect([...frame]).toEqual([1, 1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 9, 10, 0xff]);
  });

  test('are read as they were written, wherever they lie in a buffer', () => {
    const channel = fc.integer({ min: 0, max: MAX_REQUEST_NUMBER });
    const offset = fc.maxSafeNat().map((value) => value % (MAX_FILE_BYTES + 1));
    fc.assert(
      fc.property(channel, offset, fc.uint8Array({ minLength: 1 }), fc.nat({ max: 9 }), (number, at, bytes, shift) => {
        const buffer = new Uint8Array(shift + DATA_HEADER_BYTES + bytes.length);
        buffer.set(dataFrame(number, at, bytes), shift);
        const frame = buffer.subarray(shift);
        expect(isDataFrame(frame)).toBe(true);
        expect(readDataFrame(frame)).toEqual({ channel: number, offset: at, bytes });
      }),
    );
  });

  test('without bytes, or beyond any file, are refused', () => {
    expect(readDataFrame(dataFrame(1, 0, new Uint8Array(0)))).toBeUndefined();
    expect(readDataFrame(Uint8Array.of(1))).toBeUndefined();
    expect(readDataFrame(dataFrame(1, MAX_FILE_BYTES, Uint8Array.of(1)))?.offset).toBe(MAX_FILE_BYTES);
    expect(readDataFrame(dataFrame(1, MAX_FILE_BYTES + 1, Uint8Array.of(1)))).toBeUndefined();
  });

  test('are never taken for a message, nor a message for one', () => {
    fc.assert(
      fc.property(valuesOf(clientRequest), (message) => {
        expect(isDataFrame(encodeMessage(message as { type: string }))).toBe(false);
      }),
    );
  });
});

describe('an offer', () => {
  const accepts = (...add: [number, number][]) => offer.safeParse({ type: 'offer', channel: 0, add }).success;

  test('has runs that end after they start, within the longest file', () => {
    expect(accepts([0, 1], [MAX_PIECES - 1, MAX_PIECES])).toBe(true);
    expect(accepts([0, 0])).toBe(false);
    expect(accepts([2, 1])).toBe(false);
    expect(accepts([0, MAX_PIECES + 1])).toBe(false);
    expect(accepts([-1, 1])).toBe(false);
  });

  test('has runs in order and apart, so that no piece comes up twice in a list', () => {
    expect(accepts([0, 2], [2, 3], [7, 9])).toBe(true);
    expect(accepts([0, 2], [1, 3])).toBe(false);
    expect(accepts([5, 6], [0, 1])).toBe(false);
    expect(accepts([0, 1], [0, 1])).toBe(false);
  });

  test('has as many runs as it may name, or none', () => {
    const runs = (length: number) => Array.from({ length }, (_, index) => [index, index + 1] as [number, number]);
    expect(accepts()).toBe(true);
    expect(accepts(...runs(MAX_RUNS_PER_OFFER))).toBe(true);
    expect(accepts(...runs(MAX_RUNS_PER_OFFER + 1))).toBe(false);
  });
});
