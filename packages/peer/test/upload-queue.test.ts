import { MAX_OUTSTANDING_BLOCKS } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import { UploadQueue } from '../src/sharing/upload-queue.js';

function drain(queue: UploadQueue, maxBytes: number): string[] {
  const runs: string[] = [];
  for (let run = queue.take(maxBytes); run !== undefined; run = queue.take(maxBytes)) {
    runs.push(`${run.channel}/${run.request}:${run.start}-${run.end}`);
  }
  return runs;
}

describe('the upload queue', () => {
  it('gives each channel its turn, run by run, and keeps the order within a request', () => {
    const queue = new UploadQueue();
    queue.add(1, 10, [
      [0, 250],
      [1_000, 1_050],
    ]);
    queue.add(2, 11, [[0, 100]]);
    queue.add(1, 12, [[500, 600]]);
    expect(drain(queue, 100)).toEqual([
      '1/10:0-100',
      '2/11:0-100',
      '1/10:100-200',
      '1/10:200-250',
      '1/10:1000-1050',
      '1/12:500-600',
    ]);
  });

  it('forgets what is cancelled and what belongs to a closed channel', () => {
    const queue = new UploadQueue();
    queue.add(1, 10, [[0, 200]]);
    queue.add(1, 11, [[200, 300]]);
    queue.add(2, 12, [[0, 100]]);
    expect(queue.take(100)?.request).toBe(10);
    queue.cancel(1, 10);
    queue.cancel(1, 99);
    queue.closeChannel(2);
    expect(drain(queue, 1_000)).toEqual(['1/11:200-300']);
  });

  it('takes as many requests as may be outstanding, and again when some have gone', () => {
    const queue = new UploadQueue();
    for (let request = 0; request < MAX_OUTSTANDING_BLOCKS; request++)
      expect(queue.add(0, request, [[0, 1]])).toBe(true);
    expect(queue.add(1, 5_000, [[0, 1]])).toBe(false);
    queue.cancel(0, 0);
    expect(queue.add(1, 5_000, [[0, 1]])).toBe(true);
    expect(queue.add(1, 5_001, [[0, 1]])).toBe(false);
    queue.closeChannel(0);
    expect(queue.add(1, 5_001, [[0, 1]])).toBe(true);
  });
});
