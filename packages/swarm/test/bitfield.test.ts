import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitfield } from '../src/index.js';

const sizedSets = fc
  .nat(100)
  .chain((size) =>
    fc.record({ size: fc.constant(size), numbers: size === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(size - 1)) }),
  );

function fieldOf(size: number, numbers: readonly number[]): Bitfield {
  const field = new Bitfield(size);
  for (const number of numbers) field.add(number);
  return field;
}

describe('bitfield', () => {
  it('is a set', () => {
    const steps = fc.array(fc.record({ add: fc.boolean(), index: fc.nat(40) }));
    fc.assert(
      fc.property(steps, (all) => {
        const field = new Bitfield(41);
        const model = new Set<number>();
        for (const { add, index } of all) {
          expect(add ? field.add(index) : field.delete(index)).toBe(model.has(index) !== add);
          if (add) model.add(index);
          else model.delete(index);
          expect(field.count).toBe(model.size);
          expect(field.has(index)).toBe(add);
        }
        expect([...field]).toEqual([...model].sort((left, right) => left - right));
        expect(field.isFull).toBe(model.size === 41);
      }),
    );
  });

  it('comes back from its bytes', () => {
    fc.assert(
      fc.property(sizedSets, ({ size, numbers }) => {
        const field = fieldOf(size, numbers);
        const parsed = Bitfield.parse(field.toBytes(), size);
        expect(parsed?.count).toBe(numbers.length);
        expect([...(parsed ?? [])]).toEqual([...field]);
      }),
    );
  });

  it('has the most significant bit first', () => {
    expect([...fieldOf(10, [0, 9]).toBytes()]).toEqual([0b1000_0000, 0b0100_0000]);
  });

  it.each([0, 1, 7, 8, 9, 64])('is full with all %i', (size) => {
    const field = Bitfield.full(size);
    expect(field.isFull).toBe(true);
    expect([...field]).toEqual(Array.from({ length: size }, (_, index) => index));
    expect(Bitfield.parse(field.toBytes(), size)?.isFull).toBe(true);
  });

  it.each([
    ['too short', [0xff], 9],
    ['too long', [0xff, 0x00], 8],
    ['with a stray bit', [0xff, 0b0100_0000], 9],
    ['with bytes for nothing', [0x00], 0],
  ])('is undefined from bytes %s', (_, bytes, size) => {
    expect(Bitfield.parse(Uint8Array.from(bytes), size)).toBeUndefined();
  });

  it('shares no bytes with what it was read from, written to or copied from', () => {
    const bytes = Uint8Array.of(0x80);
    const field = Bitfield.parse(bytes, 8) as Bitfield;
    bytes[0] = 0;
    field.toBytes()[0] = 0;
    field.clone().delete(0);
    expect([...field]).toEqual([0]);
  });

  it.each([-1, 8, 0.5, Number.NaN])('can have no %d of eight', (index) => {
    expect(() => new Bitfield(8).add(index)).toThrow(RangeError);
    expect(Bitfield.full(8).has(8)).toBe(false);
  });
});
