import { MAX_RUNS_PER_OFFER } from '@p2p/protocol';
import { piecesOf, runsOf } from '@p2p/swarm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OfferBatch, type OfferChange } from '../src/fetching/offer-batch.js';

const PIECES = 24;
const kinds = ['add', 'spare', 'remove'] as const;
type Kind = (typeof kinds)[number];

/** What is said of some pieces, each of them once. */
const changes: fc.Arbitrary<OfferChange> = fc
  .array(fc.constantFrom<Kind | undefined>(...kinds, undefined, undefined), { minLength: PIECES, maxLength: PIECES })
  .map((said) => {
    const of = (kind: Kind) => runsOf([...said.keys()].filter((piece) => said[piece] === kind));
    return { add: of('add'), spare: of('spare'), remove: of('remove') };
  });

function put(into: Map<number, Kind>, change: Partial<OfferChange>): void {
  for (const kind of kinds) for (const piece of piecesOf(change[kind] ?? [])) into.set(piece, kind);
}

describe('changes of an offer that are told together', () => {
  it('say of each piece what was said last, and everything once', () => {
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 6 }), (said) => {
        const batch = new OfferBatch();
        const expected = new Map<number, Kind>();
        for (const change of said) {
          batch.put(change);
          put(expected, change);
        }
        const told = new Map<number, Kind>();
        for (const message of batch.take()) {
          const pieces = kinds.flatMap((kind) => [...piecesOf(message[kind] ?? [])]);
          expect(new Set(pieces).size).toBe(pieces.length);
          put(told, message);
        }
        expect(new Map([...told].sort())).toEqual(new Map([...expected].sort()));
        expect([...batch.take()]).toEqual([]);
      }),
    );
  });

  it('have runs in order and apart, in as many messages as they need', () => {
    const batch = new OfferBatch();
    const odd = Array.from({ length: 2 * MAX_RUNS_PER_OFFER + 1 }, (_, at) => [2 * at + 1, 2 * at + 2] as const);
    batch.put({ add: odd.slice(0, 600), spare: [], remove: [] });
    batch.put({ add: odd.slice(600), spare: [[0, 1]], remove: [] });
    const messages = [...batch.take()];
    expect(messages).toHaveLength(3);
    expect(messages.flatMap(({ add = [] }) => add)).toEqual(odd);
    expect(messages.map(({ spare }) => spare)).toEqual([[[0, 1]], undefined, undefined]);
  });
});
