import {
  FAST_BYTES_PER_MS,
  FIRST_FLIGHT_BYTES,
  MIN_BLOCK_BYTES,
  START_FLIGHT_BYTES,
  STUCK_FIRST_FLIGHT_MS,
} from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import { Bitfield } from '../../src/index.js';
import { contentOf, Lanes, PIECE } from './lanes.js';

const all = (pieceCount: number) => ({ add: [[0, pieceCount] as const] });

describe('what is sent', () => {
  it('is every piece once before any piece twice', () => {
    const lanes = new Lanes();
    const content = contentOf(8);
    lanes.open('a', content, { offer: all(8) });
    lanes.open('b', content, { offer: all(8) });
    const begun = lanes.pieces();
    expect(new Set(begun.slice(0, 8).map(({ piece }) => piece)).size).toBe(8);
    expect(begun).toHaveLength(16);
  });

  it('goes to each in turn, a whole piece at a time', () => {
    const lanes = new Lanes();
    const content = contentOf(6);
    for (const name of ['a', 'b', 'c']) lanes.open(name, content, { offer: all(6) });
    expect(
      lanes
        .pieces()
        .slice(0, 6)
        .map(({ lane }) => lane),
    ).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('is what most want, of what has been sent equally often', () => {
    const lanes = new Lanes();
    const content = contentOf(6);
    lanes.open('a', content, { offer: all(6) });
    lanes.open('b', content, { offer: { add: [[4, 5]] } });
    expect(lanes.pieces()[0]).toEqual({ lane: 'a', piece: 4 });
  });

  it('goes to who takes a first copy before it goes to who takes a second one', () => {
    const lanes = new Lanes();
    const content = contentOf(2);
    lanes.open('a', content, { offer: all(1) });
    expect(lanes.pieces()).toEqual([{ lane: 'a', piece: 0 }]);
    lanes.open('b', content, { offer: all(1) });
    lanes.open('c', content, { offer: all(2) });
    expect(lanes.pieces()[0]).toEqual({ lane: 'c', piece: 1 });
  });

  it('is counted for those who are there: who leaves takes his copies with him', () => {
    const lanes = new Lanes();
    const content = contentOf(2);
    lanes.open('a', content, { offer: all(1) });
    lanes.pieces();
    lanes.schedule.close('a');
    lanes.open('b', content, { offer: all(2) });
    lanes.open('c', content, { offer: { add: [[0, 1]] } });
    // Wanted twice, and nobody here has it.
    expect(lanes.pieces()[0]).toEqual({ lane: 'b', piece: 0 });
  });

  it('is spare only where nothing else can be sent to anybody', () => {
    const lanes = new Lanes();
    const content = contentOf(4);
    lanes.open('a', content, { offer: { spare: [[0, 2]] } });
    lanes.open('b', content, { offer: { add: [[2, 4]] } });
    expect(lanes.pieces().map(({ lane }) => lane)).toEqual(['b', 'b', 'a', 'a']);
  });

  it('is never what is not there, and is sent as soon as it is', () => {
    const lanes = new Lanes();
    const content = contentOf(4, new Bitfield(4));
    lanes.open('a', content, { offer: all(4) });
    expect(lanes.pieces()).toEqual([]);
    content.pieces.add(2);
    lanes.schedule.gain(content, 2);
    expect(lanes.pieces()).toEqual([{ lane: 'a', piece: 2 }]);
  });

  it('comes in the order of the piece, to its end, within the last piece of a file too', () => {
    const lanes = new Lanes();
    const content = { ...contentOf(2), geometry: { bytes: PIECE + 1_000, pieceLength: PIECE, pieceCount: 2 } };
    lanes.open('a', content, { offer: all(2) });
    let expected = 0;
    const ends = new Map<number, number>();
    for (let blocks = lanes.send(1); blocks.length > 0; blocks = lanes.send(1)) {
      const [{ piece, start, end }] = blocks as [(typeof blocks)[0]];
      expected = ends.get(piece) ?? piece * PIECE;
      expect(start).toBe(expected);
      expect(end).toBeGreaterThan(start);
      ends.set(piece, end);
      lanes.acknowledge(blocks);
    }
    expect([...ends].sort()).toEqual([
      [0, PIECE],
      [1, PIECE + 1_000],
    ]);
  });
});

describe('what is offered', () => {
  it('is broken off when it is taken back', () => {
    const lanes = new Lanes();
    lanes.open('a', contentOf(2), { offer: all(2) });
    const [first] = lanes.send(1);
    lanes.schedule.offer('a', { remove: [[first?.piece ?? -1, (first?.piece ?? -1) + 1]] });
    lanes.acknowledge(first === undefined ? [] : [first]);
    expect(lanes.send(1)[0]?.piece).not.toBe(first?.piece);
  });

  it('is not sent twice where it was offered again while it was on its way', () => {
    const lanes = new Lanes();
    lanes.open('a', contentOf(1), { offer: all(1) });
    const begun: unknown[] = [];
    for (let blocks = lanes.send(1); blocks.length > 0; blocks = lanes.send(1)) {
      begun.push(...blocks.filter(({ start }) => start === 0));
      lanes.schedule.offer('a', all(1));
      lanes.acknowledge(blocks);
    }
    expect(begun).toHaveLength(1);
  });

  it('is sent again where it was taken back in between', () => {
    const lanes = new Lanes();
    lanes.open('a', contentOf(1), { offer: all(1) });
    const sent = lanes.send(1);
    lanes.schedule.offer('a', { remove: [[0, 1]] });
    lanes.schedule.offer('a', all(1));
    lanes.acknowledge(sent);
    expect(lanes.send(1)).toMatchObject([{ piece: 0, start: 0 }]);
  });

  it('is an ordinary piece or a spare one, by the latest word', () => {
    const lanes = new Lanes();
    const content = contentOf(2);
    lanes.open('a', content, { offer: { add: [[0, 1]] } });
    lanes.schedule.offer('a', { spare: [[0, 1]] });
    lanes.open('b', content, { offer: { add: [[1, 2]] } });
    expect(lanes.pieces().map(({ lane }) => lane)).toEqual(['b', 'a']);
  });
});

describe('what is on its way', () => {
  it('stays within the credit, and leaves no more of it than a block', () => {
    const lanes = new Lanes();
    const credit = PIECE + 20_000;
    lanes.open('a', contentOf(4), { offer: all(4), credit });
    let sent = 0;
    for (let blocks = lanes.send(1); blocks.length > 0; blocks = lanes.send(1)) {
      for (const { start, end } of blocks) sent += end - start;
      lanes.nowMs += 1;
      lanes.acknowledge(blocks, credit);
    }
    expect(sent).toBeLessThanOrEqual(credit);
    expect(sent).toBeGreaterThan(credit - MIN_BLOCK_BYTES);
  });

  it('is not cut by the credit where bytes arrive fast, but for who has nothing under way', () => {
    const lanes = new Lanes();
    const content = contentOf(400);
    lanes.open('fast', content, { offer: all(400) });
    while (lanes.nowMs < 500) {
      for (const block of lanes.send()) {
        lanes.nowMs += (block.end - block.start) / (4 * FAST_BYTES_PER_MS);
        lanes.acknowledge([block]);
      }
    }
    const credit = PIECE + PIECE / 2;
    lanes.open('other', content, { offer: all(400), credit });
    const sizes: number[][] = [];
    for (let round = 0; round < 3; round++) {
      const blocks = lanes.send().filter(({ lane }) => lane === 'other');
      sizes.push(blocks.map(({ start, end }) => end - start));
      lanes.acknowledge(blocks, credit);
    }
    expect(sizes).toEqual([[FIRST_FLIGHT_BYTES], [PIECE - FIRST_FLIGHT_BYTES], [PIECE / 2]]);
  });

  it('is little for who has acknowledged nothing yet, however much is allowed', () => {
    const lanes = new Lanes();
    lanes.open('a', contentOf(64), { offer: all(64) });
    const bytes = lanes.send().reduce((sum, { start, end }) => sum + end - start, 0);
    expect(bytes).toBeLessThanOrEqual(2 * FIRST_FLIGHT_BYTES);
  });

  it('is as much for all as for few, where none of them acknowledges anything', () => {
    const lanes = new Lanes();
    const content = contentOf(64);
    for (let peer = 0; peer < 50; peer++) lanes.open(`silent ${peer}`, content, { offer: all(64) });
    const bytes = lanes.send().reduce((sum, { start, end }) => sum + end - start, 0);
    expect(bytes).toBeLessThanOrEqual(START_FLIGHT_BYTES);
  });

  it('does not keep others from being served for long', () => {
    const lanes = new Lanes();
    const content = contentOf(64);
    for (let peer = 0; peer < 20; peer++) lanes.open(`silent ${peer}`, content, { offer: all(64) });
    lanes.open('honest', content, { offer: all(64) });
    let served = 0;
    const serve = (stepMs: number): void => {
      lanes.nowMs += stepMs;
      const blocks = lanes.send().filter(({ lane }) => lane === 'honest');
      served += blocks.length;
      lanes.acknowledge(blocks);
    };
    for (let round = 0; round < 20; round++) serve(STUCK_FIRST_FLIGHT_MS);
    served = 0;
    for (let round = 0; round < 100; round++) serve(1);
    expect(served).toBeGreaterThan(100);
  });
});
