import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitfield, type ReadonlyBitfield } from '../../src/bitfield.js';
import { PieceOrder } from '../../src/upload/piece-order.js';

const PIECES = 24;

/** The obviously right picker: looks at everything for every question. Returns every piece that may be picked. */
class Twin {
  readonly here = new Set<number>();
  readonly copies = new Array<number>(PIECES).fill(0);
  readonly wishes = new Array<number>(PIECES).fill(0);

  allowed(wanted: ReadonlySet<number>): number[] {
    const sendable = [...wanted].filter((piece) => this.here.has(piece));
    const isBetter = (a: number, b: number): boolean =>
      (this.copies[a] as number) < (this.copies[b] as number) ||
      (this.copies[a] === this.copies[b] && (this.wishes[a] as number) > (this.wishes[b] as number));
    return sendable.filter((piece) => !sendable.some((other) => isBetter(other, piece)));
  }
}

const piece = fc.nat(PIECES - 1);
const pieces = fc.uniqueArray(piece, { maxLength: PIECES });
const scenario = fc.record({
  here: pieces,
  gained: pieces,
  /** Each one downloader's wishes. */
  lanes: fc.array(pieces, { minLength: 1, maxLength: 5 }),
  dropped: fc.array(fc.tuple(fc.nat(4), piece), { maxLength: 8 }),
  sent: fc.array(piece, { maxLength: 30 }),
  returned: fc.array(piece, { maxLength: 10 }),
  randoms: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 5 }),
});

function fieldOf(some: Iterable<number>): Bitfield {
  const field = new Bitfield(PIECES);
  for (const one of some) field.add(one);
  return field;
}

describe('the order of pieces', () => {
  it('picks what the obviously right twin allows, whatever is wished for, sent, gained and given back', () => {
    fc.assert(
      fc.property(scenario, ({ here, gained, lanes, dropped, sent, returned, randoms }) => {
        const twin = new Twin();
        const held = fieldOf(here);
        let at = 0;
        const order = new PieceOrder(held, () => randoms[at++ % randoms.length] as number);
        const wanted = lanes.map((lane) => new Set(lane));
        const wish = (one: number, change: 1 | -1): void => {
          order.wish(one, change);
          twin.wishes[one] = (twin.wishes[one] as number) + change;
        };
        for (const one of here) twin.here.add(one);
        for (const lane of wanted) for (const one of lane) wish(one, 1);
        for (const one of gained) {
          held.add(one);
          order.gain(one);
          twin.here.add(one);
        }
        for (const [nth, one] of dropped) if (wanted[nth]?.delete(one)) wish(one, -1);
        for (const one of sent) {
          order.copy(one, 1);
          twin.copies[one] = (twin.copies[one] as number) + 1;
        }
        for (const one of returned) {
          order.copy(one, -1);
          twin.copies[one] = Math.max(0, (twin.copies[one] as number) - 1);
        }
        for (const lane of wanted) {
          const allowed = twin.allowed(lane);
          const picked = order.pick(fieldOf(lane));
          if (picked === undefined ? allowed.length > 0 : !allowed.includes(picked)) {
            expect({ picked, allowed }).toBe('a piece that may be picked');
          }
        }
      }),
      { numRuns: 50_000 },
    );
  }, 60_000);

  it('breaks ties by chance, in small sets and in large ones', () => {
    for (const size of [4, 64]) {
      const all = Bitfield.full(size);
      const picks = [0, 0.3, 0.6, 0.99].map((random) => {
        const order = new PieceOrder(all, () => random);
        for (const one of all) order.wish(one, 1);
        return order.pick(all);
      });
      expect(new Set(picks).size).toBeGreaterThan(1);
    }
  });

  it('looks at one piece for somebody who takes anything, however many there are', () => {
    const count = 65_536;
    const all = Bitfield.full(count);
    const order = new PieceOrder(all, () => 0.5);
    for (const one of all) order.wish(one, 1);
    let looks = 0;
    const watched: ReadonlyBitfield = new Proxy(all, {
      get: (field, name) => {
        if (name !== 'has') return Reflect.get(field, name, field);
        return (one: number) => {
          looks++;
          return field.has(one);
        };
      },
    });
    for (let picks = 0; picks < 1_000; picks++) order.copy(order.pick(watched) as number, 1);
    expect(looks).toBe(1_000);
  });
});
