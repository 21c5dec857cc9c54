import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../../src/storage/crc32c.js';
import { encodeRecord, type LogEnd, RecordScanner } from '../../src/storage/records.js';

const text = (words: string) => new TextEncoder().encode(words);

test('the checksum is CRC-32C', () => {
  expect(crc32c(text('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd794e);
});

test('the checksum goes on where it stopped', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, at) => {
      expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(crc32c(bytes));
    }),
  );
});

const payloads = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 8 });

function logOf(list: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(list.flatMap((payload, ordinal) => [...encodeRecord(ordinal, payload)]));
}

function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

function scan(bytes: Uint8Array, sizes: readonly number[]): { read: Uint8Array[]; end: LogEnd | undefined } {
  const scanner = new RecordScanner(chunksOf(bytes, sizes));
  const read: Uint8Array[] = [];
  for (let record = scanner.next(); record !== undefined; record = scanner.next()) read.push(record.payload.slice());
  return { read, end: scanner.end };
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 });

/** Payload bytes may look like headers: magic is what they often hold here. */
const trickyPayloads = fc.array(
  fc.array(fc.constantFrom(0xf5, 0xff, 0xc1, 0xfe, 0, 1), { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes)),
  { minLength: 1, maxLength: 8 },
);

test('what was written is read, whatever chunks it comes in', () => {
  fc.assert(
    fc.property(fc.oneof(payloads, trickyPayloads), chunkSizes, (list, sizes) => {
      const log = logOf(list);
      expect(scan(log, sizes)).toEqual({ read: list, end: { kind: 'clean', offset: log.length } });
    }),
    { numRuns: 500 },
  );
});

/** Offsets at which records begin, and the end. */
function boundsOf(list: readonly Uint8Array[]): number[] {
  const bounds = [0];
  for (const payload of list) bounds.push((bounds.at(-1) as number) + 16 + payload.length);
  return bounds;
}

test('a flipped bit is found in the record it lies in', () => {
  fc.assert(
    fc.property(fc.oneof(payloads, trickyPayloads), fc.nat(), chunkSizes, (list, where, sizes) => {
      const log = logOf(list);
      const bit = where % (log.length * 8);
      log[bit >> 3] = (log[bit >> 3] as number) ^ (1 << (bit & 7));
      const bounds = boundsOf(list);
      const hit = bounds.findLastIndex((bound) => bound <= bit >> 3);
      const isLast = hit === list.length - 1;
      const { read, end } = scan(log, sizes);
      expect(read).toEqual(list.slice(0, hit));
      expect(end).toEqual(
        isLast
          ? { kind: 'torn', offset: bounds[hit] }
          : { kind: 'damaged', offset: bounds[hit], next: bounds[hit + 1] },
      );
    }),
    { numRuns: 1_000 },
  );
});

test('a cut log is read up to the last whole record', () => {
  fc.assert(
    fc.property(payloads, fc.nat(), chunkSizes, (list, where, sizes) => {
      const log = logOf(list);
      const length = where % (log.length + 1);
      const whole = boundsOf(list).findLastIndex((bound) => bound <= length);
      const offset = boundsOf(list)[whole] as number;
      expect(scan(log.slice(0, length), sizes)).toEqual({
        read: list.slice(0, whole),
        end: { kind: offset === length ? 'clean' : 'torn', offset },
      });
    }),
    { numRuns: 500 },
  );
});

test('a record that is missing, or there twice, is damage', () => {
  const list = [text('one'), text('two'), text('three')];
  const [first, second, third] = list.map((payload, ordinal) => [...encodeRecord(ordinal, payload)]);
  const missing = scan(Uint8Array.from([...(first ?? []), ...(third ?? [])]), [1_000]);
  expect(missing.end).toEqual({ kind: 'damaged', offset: 19, next: 19 });
  const twice = scan(Uint8Array.from([...(first ?? []), ...(second ?? []), ...(second ?? [])]), [1_000]);
  expect(twice.end).toEqual({ kind: 'damaged', offset: 38, next: 38 });
});

test('a length that promises too much does not hide what follows', () => {
  const log = logOf([text('one'), text('two')]);
  new DataView(log.buffer).setUint32(4, 0xffff_ffff, true);
  expect(scan(log, [7]).end).toEqual({ kind: 'damaged', offset: 0, next: 19 });
});
