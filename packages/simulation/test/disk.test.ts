/** The simulated disk loses what a real one may lose, and nothing else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Dice } from '../src/dice.js';
import { Disk } from '../src/disk/disk.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const contentOf = (disk: Disk, file: string) => Buffer.concat([...disk.read(file)]).toString();

test('what is flushed survives any crash; of the rest nothing is certain but its length', () => {
  let cut = 0;
  fc.assert(
    fc.property(fc.integer(), fc.string({ maxLength: 80 }), fc.string({ maxLength: 80 }), (seed, first, second) => {
      const disk = new Disk();
      disk.perform({ kind: 'append', file: 'log', bytes: bytes(first) });
      disk.perform({ kind: 'flush', file: 'log' });
      disk.perform({ kind: 'append', file: 'log', bytes: bytes(second) });
      disk.crash(new Dice(seed));
      const kept = contentOf(disk, 'log');
      expect(kept.startsWith(first) || bytes(first).length > bytes(kept).length).toBe(true);
      expect(disk.size('log')).toBeGreaterThanOrEqual(bytes(first).length);
      expect(disk.size('log')).toBeLessThanOrEqual(bytes(first + second).length);
      if (disk.size('log') < bytes(first + second).length) cut += 1;
    }),
  );
  expect(cut).toBeGreaterThan(0);
});

test('a file that was never flushed may be gone, one that was never is', () => {
  const there = (isFlushed: boolean) =>
    Array.from({ length: 50 }, (_, seed) => {
      const disk = new Disk();
      disk.perform({ kind: 'append', file: 'log', bytes: bytes('x') });
      if (isFlushed) disk.perform({ kind: 'flush', file: 'log' });
      disk.crash(new Dice(seed));
      return disk.list().length;
    });
  expect(new Set(there(true))).toEqual(new Set([1]));
  expect(new Set(there(false))).toEqual(new Set([0, 1]));
});

test('a removed file may be back, until the directory is flushed', () => {
  const back = (isFlushed: boolean) =>
    Array.from({ length: 50 }, (_, seed) => {
      const disk = new Disk();
      for (const file of ['old', 'new']) {
        disk.perform({ kind: 'append', file, bytes: bytes('x') });
        disk.perform({ kind: 'flush', file });
      }
      disk.perform({ kind: 'remove', file: 'old' });
      if (isFlushed) disk.perform({ kind: 'flush', file: 'new' });
      disk.crash(new Dice(seed));
      return disk.list().sort().join();
    });
  expect(new Set(back(true))).toEqual(new Set(['new']));
  expect(new Set(back(false))).toEqual(new Set(['new', 'new,old']));
});

test('a full disk takes what fits', () => {
  const disk = new Disk();
  disk.roomBytes = 3;
  expect(disk.perform({ kind: 'append', file: 'log', bytes: bytes('abcde') })).toBe(false);
  expect(contentOf(disk, 'log')).toBe('abc');
});
