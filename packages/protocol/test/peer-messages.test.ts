/** Data frames and the requests for them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytesRequest,
  clientRequest,
  DATA_HEADER_BYTES,
  encodeMessage,
  isDataFrame,
  MAX_FILE_BYTES,
  MAX_RANGES_PER_REQUEST,
  MAX_REQUEST_NUMBER,
  readDataFrame,
  writeDataHeader,
} from '../src/index.js';
import { valuesOf } from './generated-messages.js';

function dataFrame(request: number, offset: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(DATA_HEADER_BYTES + bytes.length);
  writeDataHeader(frame, request, offset);
  frame.set(bytes, DATA_HEADER_BYTES);
  return frame;
}

describe('data frames', () => {
  test('the header is kind, request and offset, big-endian', () => {
    const frame = dataFrame(0x01020304, 0x0506_0708_090a, Uint8Array.of(0xff));
    expect([...frame]).toEqual([1, 1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 9, 10, 0xff]);
  });

  test('are read as they were written, wherever they lie in a buffer', () => {
    const request = fc.integer({ min: 0, max: MAX_REQUEST_NUMBER });
    const offset = fc.maxSafeNat().map((value) => value % (MAX_FILE_BYTES + 1));
    fc.assert(
      fc.property(request, offset, fc.uint8Array({ minLength: 1 }), fc.nat({ max: 9 }), (number, at, bytes, shift) => {
        const buffer = new Uint8Array(shift + DATA_HEADER_BYTES + bytes.length);
        buffer.set(dataFrame(number, at, bytes), shift);
        const frame = buffer.subarray(shift);
        expect(isDataFrame(frame)).toBe(true);
        expect(readDataFrame(frame)).toEqual({ request: number, offset: at, bytes });
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

describe('ranges', () => {
  const accepts = (...ranges: [number, number][]) =>
    bytesRequest.safeParse({ type: 'request', channel: 0, request: 0, ranges }).success;

  test('end after they start, within the largest file', () => {
    expect(accepts([0, 1], [MAX_FILE_BYTES - 1, MAX_FILE_BYTES])).toBe(true);
    expect(accepts([0, 0])).toBe(false);
    expect(accepts([2, 1])).toBe(false);
    expect(accepts([0, MAX_FILE_BYTES + 1])).toBe(false);
    expect(accepts([-1, 1])).toBe(false);
  });

  test('are at least one and at most as many as a request may name', () => {
    const ranges = (length: number) => Array.from({ length }, (_, index) => [index, index + 1] as [number, number]);
    expect(accepts()).toBe(false);
    expect(accepts(...ranges(MAX_RANGES_PER_REQUEST))).toBe(true);
    expect(accepts(...ranges(MAX_RANGES_PER_REQUEST + 1))).toBe(false);
  });
});
