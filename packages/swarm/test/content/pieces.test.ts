import { MAX_FILE_BYTES } from '@p2p/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geometryOf, isPieceOf, pieceCountOf, pieceLengthFor, pieceRange } from '../../src/index.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const fileSizes = fc.oneof(fc.nat(10 * MIB), fc.integer({ min: 0, max: MAX_FILE_BYTES }));

describe('piece length', () => {
  it.each([
    [0, 256 * KIB],
    [1, 256 * KIB],
    [128 * MIB, 256 * KIB],
    [128 * MIB + 1, 512 * KIB],
    [512 * MIB + 1, 2 * MIB],
    [128 * GIB, 2 * MIB],
    [128 * GIB + 1, 4 * MIB],
    [1024 * GIB, 16 * MIB],
    [MAX_FILE_BYTES, 16 * MIB],
  ])('of a file of %i bytes is %i', (bytes, pieceLength) => {
    expect(pieceLengthFor(bytes)).toBe(pieceLength);
  });

  it('keeps every file up to 1 TiB at 65,536 pieces or fewer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1024 * GIB }), (bytes) => {
        expect(pieceCountOf(bytes, pieceLengthFor(bytes))).toBeLessThanOrEqual(65_536);
      }),
    );
  });
});

describe('geometry', () => {
  it('cuts an empty file into no pieces', () => {
    expect(geometryOf(0, 256 * KIB).pieceCount).toBe(0);
  });

  it('reaches beyond 2^32 bytes', () => {
    const geometry = geometryOf(5 * GIB + 7, 256 * KIB);
    expect(geometry.pieceCount).toBe(20_481);
    expect(pieceRange(20_480, geometry)).toEqual({ start: 5_368_709_120, end: 5_368_709_127 });
  });

  it('has pieces that follow on one another and cover the file', () => {
    fc.assert(
      fc.property(fileSizes, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (bytes, where) => {
        const geometry = geometryOf(bytes, pieceLengthFor(bytes));
        fc.pre(geometry.pieceCount > 0);
        const index = Math.floor(where * geometry.pieceCount);
        const { start, end } = pieceRange(index, geometry);
        expect(start).toBe(index === 0 ? 0 : pieceRange(index - 1, geometry).end);
        expect(end - start).toBeGreaterThan(0);
        expect(end - start === geometry.pieceLength || end === bytes).toBe(true);
        expect(pieceRange(geometry.pieceCount - 1, geometry).end).toBe(bytes);
      }),
    );
  });

  it.each([-1, 0.5, 3, Number.NaN])('has no piece %d of three', (index) => {
    const geometry = geometryOf(2 * 256 * KIB + 1, 256 * KIB);
    expect(isPieceOf(index, geometry)).toBe(false);
    expect(() => pieceRange(index, geometry)).toThrow(RangeError);
  });

  it.each([
    [-1, 256 * KIB],
    [0.5, 256 * KIB],
    [MAX_FILE_BYTES + 1, 256 * KIB],
    [1, 0],
    [1, 8 * KIB],
    [1, 48 * KIB],
    [1, 32 * MIB],
    [1, Number.NaN],
  ])('is refused for %d bytes in pieces of %d', (bytes, pieceLength) => {
    expect(() => geometryOf(bytes, pieceLength)).toThrow(RangeError);
  });
});
