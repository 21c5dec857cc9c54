/** Directories that are flushed for many files at once. */
import { expect, it } from 'vitest';
import { flushDirectory } from '../src/fetching/directory-flush.js';

/** A disk that flushes when it is told to. */
function slowDisk() {
  const waiting: { readonly done: () => void; readonly fail: (error: Error) => void }[] = [];
  const flush = () => new Promise<void>((done, fail) => waiting.push({ done, fail }));
  return { waiting, flush };
}

it('who asks meanwhile shares the next flush, and waits for it', async () => {
  const { waiting, flush } = slowDisk();
  const first = flushDirectory('/a', flush);
  const told: string[] = [];
  const others = ['second', 'third'].map((name) => flushDirectory('/a', flush).then(() => told.push(name)));
  expect(waiting).toHaveLength(1);
  waiting[0]?.done();
  await first;
  await expect.poll(() => waiting.length).toBe(2);
  expect(told).toEqual([]);
  waiting[1]?.done();
  await Promise.all(others);
  expect(waiting).toHaveLength(2);
});

it('directories wait for themselves alone, and a flush that fails fails for those who shared it', async () => {
  const { waiting, flush } = slowDisk();
  const failing = flushDirectory('/b', flush);
  const other = flushDirectory('/c', flush);
  const next = flushDirectory('/b', flush);
  waiting[0]?.fail(new Error('no disk'));
  waiting[1]?.done();
  await expect(failing).rejects.toThrow('no disk');
  await other;
  await expect.poll(() => waiting.length).toBe(3);
  waiting[2]?.done();
  await next;
  const again = flushDirectory('/b', flush);
  expect(waiting).toHaveLength(4);
  waiting[3]?.done();
  await again;
});
