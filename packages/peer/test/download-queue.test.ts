/** Whose turn it is among the downloads, and that a change of one costs no look at all of them. */
import { describe, expect, it } from 'vitest';
import { DownloadQueue, type Queued } from '../src/fetching/download-queue.js';

/** Downloads that count how often they are looked at. */
function queueOf(count: number) {
  const queue = new DownloadQueue();
  const counted = { looks: 0 };
  const begun: number[] = [];
  const downloads = Array.from({ length: count }, (_, number) => {
    const download = {
      state: 'queued' as Queued['state'],
      running: false,
      get isRunning() {
        counted.looks++;
        return download.running;
      },
      async run() {
        begun.push(number);
        download.running = true;
        download.state = 'downloading';
      },
      async suspend() {
        download.running = false;
        download.state = 'queued';
      },
    };
    queue.add(download);
    return download;
  });
  const end = (number: number): void => {
    const download = downloads[number];
    if (download === undefined) throw new Error(`there is no download ${number}`);
    Object.assign(download, { state: 'complete', running: false });
    queue.delete(download);
    queue.fill();
  };
  return { queue, counted, begun, downloads, end };
}

describe('a queue of downloads', () => {
  it('runs as many as it may, in order, and the next whenever one has ended', () => {
    const { queue, begun, end } = queueOf(4);
    queue.setMaxRunning(2);
    queue.fill();
    expect(begun).toEqual([0, 1]);
    end(1);
    expect(begun).toEqual([0, 1, 2]);
    for (const number of [0, 2, 3]) end(number);
    expect(begun).toEqual([0, 1, 2, 3]);
    expect(queue.isEmpty).toBe(true);
  });

  it('has the last ones wait again where fewer may run, in their former places', () => {
    const { queue, begun, downloads, end } = queueOf(4);
    queue.setMaxRunning(3);
    queue.fill();
    queue.setMaxRunning(1);
    expect(downloads.map(({ running }) => running)).toEqual([true, false, false, false]);
    end(0);
    expect(begun).toEqual([0, 1, 2, 1]);
  });

  it('looks at those that run, and not at those that wait, when one has ended', () => {
    const { queue, counted, begun, end } = queueOf(1_000);
    queue.setMaxRunning(4);
    queue.fill();
    counted.looks = 0;
    for (let number = 0; number < 100; number++) end(number);
    expect(begun).toHaveLength(104);
    expect(counted.looks).toBeLessThanOrEqual(100 * 2 * 4);
  });
});
