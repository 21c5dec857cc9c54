import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RequestCounters } from '../src/data-directory/request-counters.js';
import { temporaryDirectory } from './temporary-directory.js';

describe('request counters', () => {
  it('rise by one, and begin where they are told to when there is no file', async () => {
    const counters = await RequestCounters.open(join(await temporaryDirectory(), 'counter'), 1_000);
    const taken = await Promise.all(Array.from({ length: 3_000 }, () => counters.next()));
    expect(taken).toEqual(Array.from({ length: 3_000 }, (_, at) => 1_000 + at));
  });

  it('are never used twice, however often the program ends without a word', async () => {
    const path = join(await temporaryDirectory(), 'counter');
    let last = -1;
    for (let run = 0; run < 5; run++) {
      const counters = await RequestCounters.open(path, 0);
      for (let taken = 0; taken < 1 + run * 700; taken++) {
        const counter = await counters.next();
        expect(counter).toBeGreaterThan(last);
        last = counter;
      }
    }
  });

  it('are on disk before the first of a block is used', async () => {
    const path = join(await temporaryDirectory(), 'counter');
    const counters = await RequestCounters.open(path, 5);
    const first = await counters.next();
    expect(Number(await readFile(path, 'utf8'))).toBeGreaterThan(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('refuse a damaged file instead of beginning again', async () => {
    const path = join(await temporaryDirectory(), 'counter');
    await writeFile(path, '12\u00003');
    await expect(RequestCounters.open(path, 0)).rejects.toThrow(`${path} is damaged`);
  });

  it('reject where the block cannot be written', async () => {
    const counters = await RequestCounters.open(join(await temporaryDirectory(), 'missing', 'counter'), 0);
    await expect(counters.next()).rejects.toThrow('ENOENT');
  });
});
