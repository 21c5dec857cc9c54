import { describe, expect, it } from 'vitest';
import { Bitfield, geometryOf } from '../src/index.js';
import { ASK_AGAIN_MS, downloadOf, PIECE, SILENT_MS, some } from './download-in-lines.js';

describe('asking', () => {
  it('asks a peer for as much as its credit, and for more when something has come', () => {
    const { open, received, verified } = downloadOf(10, { creditBytes: 4 * PIECE - 1 });
    expect(open('a')).toEqual(['request a 0', 'request a 9', 'request a 8']);
    expect(received('a')).toEqual([]);
    expect(verified('a', 9)).toEqual(['request a 7']);
  });

  it('asks for two pieces where the credit is less than one', () => {
    expect(downloadOf(10, { creditBytes: 1 }).open('a')).toHaveLength(2);
  });

  it('asks for the rarest piece first', () => {
    const { open, has } = downloadOf(10);
    expect(open('a', some(0, 1))).toHaveLength(2);
    expect(open('b', some(2, 3))).toHaveLength(2);
    // Both owe as much as they may: these are only counted.
    expect([...has('a', 4, 5, 6), ...has('b', 4, 6)]).toEqual([]);
    expect(open('c', some(4, 5, 6))[0]).toBe('request c 5');
  });

  it('gives each peer one piece in turn', () => {
    const { open, has, gone } = downloadOf(10);
    open('c', some(0, 1));
    open('a', some());
    open('b', some());
    expect([...has('a', 0, 1), ...has('b', 0, 1)]).toEqual([]);
    expect(gone('c').map((line) => line.slice(0, 9))).toEqual(['request a', 'request b']);
  });

  it('never asks for what is verified already', () => {
    const { download, open, verified } = downloadOf(10, { verified: some(0, 1, 2, 3, 4, 5, 6, 7, 8) });
    expect(download.verifiedBytes).toBe(9 * PIECE);
    expect(open('a')).toEqual(['request a 9']);
    expect(verified('a', 9)).toEqual(['complete']);
    expect(download.verifiedBytes).toBe(10 * PIECE);
  });

  it('counts the short last piece as it is', () => {
    const geometry = geometryOf(PIECE + 1, PIECE);
    expect(downloadOf(2, { geometry, verified: Bitfield.full(2) }).download.verifiedBytes).toBe(PIECE + 1);
  });
});

describe('a peer that', () => {
  it('sends a wrong piece is banned for good, and its pieces are asked of others', () => {
    const { open, failed, has, tick } = downloadOf(2);
    open('a');
    open('b');
    expect(failed('a', 0)).toEqual(['ban a wrong_piece', 'request b 0', 'request b 1']);
    expect([...open('a'), ...has('a', 0), ...tick(ASK_AGAIN_MS), ...tick(SILENT_MS)]).toEqual([]);
  });

  it('announces a piece that the file has not is banned', () => {
    const { open, has } = downloadOf(10);
    open('a', some());
    open('b', some());
    expect(has('a', 10)).toEqual(['ban a no_such_piece']);
    expect(has('b', -1)).toEqual(['ban b no_such_piece']);
  });

  it('rejects a piece is not asked for it again until it announces it', () => {
    const { open, rejected, has, tick } = downloadOf(1);
    open('a');
    expect(rejected('a', 0)).toEqual([]);
    expect(tick(SILENT_MS)).toEqual([]);
    expect(has('a', 0)).toEqual(['request a 0']);
  });

  it('leaves has its pieces asked of others', () => {
    const { open, gone } = downloadOf(2);
    open('a');
    open('b');
    expect(gone('a')).toEqual(['request b 0', 'request b 1']);
  });

  it('is opened once more starts anew', () => {
    const { open } = downloadOf(10);
    expect(open('a', some(0, 1))).toHaveLength(2);
    expect(open('a', some(2))).toEqual(['request a 2']);
    expect(open('b', some(0, 1))).toHaveLength(2);
  });

  it('is not there any more changes nothing', () => {
    const { download, open, gone, received, has, rejected, verified } = downloadOf(10);
    open('a', some(0));
    gone('a');
    expect([...gone('a'), ...received('a'), ...has('a', 1), ...rejected('a', 0)]).toEqual([]);
    // Its last piece was still being verified.
    expect(verified('a', 0)).toEqual([]);
    expect([...download.verified]).toEqual([0]);
    expect(open('b', some(0))).toEqual([]);
  });
});

it('takes no bitfield of another file', () => {
  expect(() => downloadOf(9, { verified: some() })).toThrow(RangeError);
  expect(() => downloadOf(9).open('a', some())).toThrow(RangeError);
});
