import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Availability, type Source } from '../src/availability.js';
import { Bitfield } from '../src/bitfield.js';
import { RarestFirst } from '../src/picking.js';
import { ServingPeers } from '../src/serving-peers.js';

const PIECES = 24;

/** The obviously right picker: counts anew for every question. Returns every piece that may be picked. */
function rarestOf(candidates: ReadonlySet<number>, source: Source, all: readonly Source[]): number[] {
  const had = [...candidates].filter((piece) => source.pieces.has(piece));
  const countOf = (piece: number) => all.filter((other) => other.pieces.has(piece)).length;
  const least = Math.min(...had.map(countOf));
  return had.filter((piece) => countOf(piece) === least);
}

const pieces = fc.nat(PIECES - 1);
const fields = fc.oneof(
  fc.constant(Bitfield.full(PIECES)),
  fc.uniqueArray(pieces).map((some) => {
    const field = new Bitfield(PIECES);
    for (const piece of some) field.add(piece);
    return field;
  }),
);

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('join' as const), pieces: fields }),
    fc.record({ kind: fc.constant('leave' as const), nth: fc.nat(8) }),
    fc.record({ kind: fc.constantFrom('get' as const, 'lose' as const), nth: fc.nat(8), piece: pieces }),
    fc.record({ kind: fc.constantFrom('insert' as const, 'delete' as const), piece: pieces }),
  ),
  { maxLength: 60 },
);
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

/** The picker with the peers that keep it in step, and beside it a plain set of the pieces to be asked for. */
class PickerUnderTest {
  readonly order: RarestFirst;
  readonly peers: ServingPeers;
  readonly candidates = new Set<number>();
  #joined = 0;

  constructor(random: () => number) {
    const availability = new Availability(PIECES);
    this.order = new RarestFirst(PIECES, availability, random);
    this.peers = new ServingPeers(availability, this.order);
  }

  take(step: Step): void {
    if (step.kind === 'join') return this.peers.add(`peer ${this.#joined++}`, step.pieces.clone(), 0);
    if (!('nth' in step)) {
      this.order[step.kind](step.piece);
      this.candidates[step.kind === 'insert' ? 'add' : 'delete'](step.piece);
      return;
    }
    const peer = [...this.peers][step.nth];
    if (peer === undefined) return;
    if (step.kind === 'leave') this.peers.delete(peer);
    else if (step.kind === 'get') this.peers.addPiece(peer, step.piece);
    else this.peers.removePiece(peer, step.piece);
  }
}

describe('rarest first', () => {
  it('picks what the obviously right twin allows, whatever peers come, go, get and lose', () => {
    const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(steps, randoms, (all, random) => {
        const under = new PickerUnderTest(() => random);
        for (const step of all) {
          under.take(step);
          for (const peer of under.peers) {
            const allowed = rarestOf(under.candidates, peer, [...under.peers]);
            const picked = under.order.pick(peer);
            if (picked === undefined) expect(allowed).toEqual([]);
            else expect(allowed).toContain(picked);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('breaks ties by chance', () => {
    const picks = [0, 0.3, 0.6, 0.99].map((random) => {
      const order = new RarestFirst(4, new Availability(4), () => random);
      for (let piece = 0; piece < 4; piece++) order.insert(piece);
      return order.pick({ pieces: Bitfield.full(4), complete: true });
    });
    expect(picks).toEqual([0, 1, 2, 3]);
  });

  it('looks at one piece for a peer that has everything, however many there are', () => {
    const count = 65_536;
    const order = new RarestFirst(count, new Availability(count), () => 0.5);
    for (let piece = 0; piece < count; piece++) order.insert(piece);
    let looks = 0;
    const full = Bitfield.full(count);
    const watched = Object.assign(Object.create(full) as Bitfield, {
      has: (piece: number) => {
        looks++;
        return full.has(piece);
      },
    });
    for (let picks = 0; picks < 1_000; picks++) order.delete(order.pick({ pieces: watched, complete: true }) as number);
    expect(looks).toBe(1_000);
  });
});
