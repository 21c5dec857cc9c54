import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirstChoices } from '../../src/download/first-choices.js';
import { Bitfield } from '../../src/index.js';

const never = (): number => 0.999;
const always = (): number => 0;

describe('the first choice for a piece', () => {
  it('is whoever has it first', () => {
    const choices = new FirstChoices(Bitfield.full(4), never);
    expect(choices.gain('a', 1, 1)).toBe(true);
    expect(choices.of(1)).toBe('a');
    expect(choices.of(0)).toBeUndefined();
  });

  it('is nobody for a while when it goes to another one, and that one when the word must have come', () => {
    const choices = new FirstChoices(Bitfield.full(4), never);
    for (const piece of [0, 1, 2]) choices.gain('a', piece, 1);
    expect(choices.gain('b', 2, 2)).toBe(true);
    expect([choices.of(2), choices.holderOf(2)]).toEqual([null, 'b']);
    expect(choices.settle()).toEqual([]);
    expect(choices.of(2)).toBeNull();
    expect(choices.settle()).toEqual([2]);
    expect(choices.of(2)).toBe('b');
  });

  it('stays where it is for the sake of a single piece, unless chance has it', () => {
    const [still, moving] = [never, always].map((random) => new FirstChoices(Bitfield.full(4), random));
    for (const choices of [still, moving]) choices?.gain('a', 0, 1);
    expect(still?.gain('b', 0, 2)).toBe(false);
    expect(moving?.gain('b', 0, 2)).toBe(true);
  });

  it('goes at once to another one where the first has gone', () => {
    const choices = new FirstChoices(Bitfield.full(4), always);
    choices.gain('a', 0, 1);
    choices.gain('b', 0, 2);
    choices.set(0, 'c');
    expect(choices.of(0)).toBe('c');
    expect([choices.settle(), choices.settle()]).toEqual([[], []]);
    choices.set(0, undefined);
    expect(choices.of(0)).toBeUndefined();
  });

  it('is of no interest once the piece is here', () => {
    const choices = new FirstChoices(Bitfield.full(4), never);
    choices.gain('a', 0, 1);
    choices.drop(0);
    expect(choices.of(0)).toBeUndefined();
    expect(choices.gain('b', 0, 2)).toBe(false);
  });

  it('leaves no peer with much more to send than another one that came to have the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 60 }), (peers, pieces) => {
        const choices = new FirstChoices(Bitfield.full(pieces), never);
        const names = Array.from({ length: peers }, (_, peer) => `peer ${peer}`);
        for (const [at, name] of names.entries()) {
          for (let piece = 0; piece < pieces; piece++) choices.gain(name, piece, at + 1);
        }
        const loads = names.map(
          (name) =>
            Array.from({ length: pieces }, (_, piece) => choices.holderOf(piece)).filter((one) => one === name).length,
        );
        expect(loads.reduce((sum, load) => sum + load, 0)).toBe(pieces);
        expect(Math.max(...loads)).toBeLessThanOrEqual(Math.ceil((pieces / peers) * 2) + 1);
      }),
    );
  });
});
