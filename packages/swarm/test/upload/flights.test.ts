import { FAST_BYTES_PER_MS, FAST_QUEUE_MS, MIN_FLIGHT_BYTES, UPLOAD_QUEUE_MS } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import { type Flight, Flights } from '../../src/upload/flights.js';

const BLOCK = 16 * 1024;

interface Way {
  /** One way, without any queue. */
  readonly delayMs: number;
  /** What acknowledgements wait in on their way back, at a time. */
  readonly backMs?: (nowMs: number) => number;
  /** What the downloader's clock shows more than ours. */
  readonly clockMs?: number;
  /** From when on something is sent to it. */
  readonly fromMs?: number;
}

/** A line that sends `bytesPerMs` in the order in which it is given blocks, and who takes them; on a clock of 1 ms. */
class Line {
  readonly flights = new Flights();
  readonly #bytesPerMs: number;
  readonly #ways: (Way & { readonly flight: Flight })[];
  #freeAtMs = 0;
  #underWay: { readonly acknowledgedMs: number; readonly deliver: (nowMs: number) => void }[] = [];
  deliveredBytes = 0;
  longestQueueMs = 0;

  constructor(bytesPerMs: number, ways: readonly Way[]) {
    this.#bytesPerMs = bytesPerMs;
    this.#ways = ways.map((way) => ({ ...way, flight: this.flights.open() }));
  }

  run(fromMs: number, untilMs: number): void {
    for (let nowMs = fromMs; nowMs < untilMs; nowMs++) {
      const due = this.#underWay.filter(({ acknowledgedMs }) => acknowledgedMs <= nowMs);
      this.#underWay = this.#underWay.filter(({ acknowledgedMs }) => acknowledgedMs > nowMs);
      for (const { deliver } of due) deliver(nowMs);
      for (const way of this.#ways) this.#fill(way, nowMs);
    }
  }

  #fill(way: Way & { readonly flight: Flight }, nowMs: number): void {
    const { flight, delayMs, backMs = () => 0, clockMs = 0, fromMs = 0 } = way;
    while (nowMs >= fromMs && this.flights.hasRoom(flight, nowMs)) {
      const flying = this.flights.depart(flight, BLOCK, nowMs);
      this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + BLOCK / this.#bytesPerMs;
      this.longestQueueMs = Math.max(this.longestQueueMs, this.#freeAtMs - nowMs);
      const arrivedMs = this.#freeAtMs + delayMs;
      const deliver = (at: number): void => {
        this.deliveredBytes += BLOCK;
        this.flights.arrive(flight, [flying], { nowMs: at, clockMs: arrivedMs + clockMs });
      };
      this.#underWay.push({ acknowledgedMs: arrivedMs + delayMs + backMs(arrivedMs), deliver });
    }
  }
}

/** How much of what the line could have sent from 5 s to 15 s it has sent, and its longest queue in that time. */
function measure(line: Line, bytesPerMs: number): { use: number; queueMs: number } {
  line.run(0, 5_000);
  line.deliveredBytes = 0;
  line.longestQueueMs = 0;
  line.run(5_000, 15_000);
  return { use: line.deliveredBytes / (bytesPerMs * 10_000), queueMs: line.longestQueueMs };
}

describe('what is on its way', () => {
  const lines = [
    { name: 'a slow line', bytesPerMs: 250, ways: [{ delayMs: 10 }] },
    { name: 'a line to one', bytesPerMs: 2_500, ways: [{ delayMs: 1 }] },
    { name: 'a line to many', bytesPerMs: 2_500, ways: Array.from({ length: 16 }, () => ({ delayMs: 5 })) },
    { name: 'a long way', bytesPerMs: 2_500, ways: [{ delayMs: 100 }] },
    { name: 'ways of all lengths', bytesPerMs: 2_500, ways: [{ delayMs: 1 }, { delayMs: 50 }, { delayMs: 150 }] },
    {
      name: 'clocks that show anything',
      bytesPerMs: 2_500,
      ways: [
        { delayMs: 5, clockMs: 1e9 },
        { delayMs: 5, clockMs: -1e9 },
      ],
    },
    {
      name: 'a busy way back',
      bytesPerMs: 2_500,
      ways: [
        { delayMs: 5, backMs: () => 80 },
        { delayMs: 5, backMs: (now: number) => (now % 700) / 7 },
      ],
    },
    {
      name: 'newcomers',
      bytesPerMs: 2_500,
      ways: Array.from({ length: 12 }, (_, nth) => ({ delayMs: 5, fromMs: 400 * nth })),
    },
    { name: 'a fast line', bytesPerMs: 100_000, ways: [{ delayMs: 1 }, { delayMs: 2 }] },
  ];

  for (const { name, bytesPerMs, ways } of lines) {
    it(`keeps ${name} busy, with a short queue`, () => {
      const { use, queueMs } = measure(new Line(bytesPerMs, ways), bytesPerMs);
      expect(use).toBeGreaterThan(0.95);
      // A slow line has the least flight in its queue, and blocks are not cut any finer.
      const wantedMs = bytesPerMs < FAST_BYTES_PER_MS ? 3 * UPLOAD_QUEUE_MS : 1.5 * FAST_QUEUE_MS;
      expect(queueMs).toBeLessThan(wantedMs + (MIN_FLIGHT_BYTES + BLOCK) / bytesPerMs);
    });
  }

  it('finds to a line again that has become slower, and faster', () => {
    const flights = new Flights();
    const flight = flights.open();
    let freeAtMs = 0;
    let underWay: { readonly atMs: number; readonly deliver: () => void }[] = [];
    const use = (fromMs: number, bytesPerMs: number): number => {
      let bytes = 0;
      for (let nowMs = fromMs; nowMs < fromMs + 8_000; nowMs++) {
        for (const { deliver } of underWay.filter(({ atMs }) => atMs <= nowMs)) deliver();
        underWay = underWay.filter(({ atMs }) => atMs > nowMs);
        while (flights.hasRoom(flight, nowMs)) {
          const flying = flights.depart(flight, BLOCK, nowMs);
          freeAtMs = Math.max(nowMs, freeAtMs) + BLOCK / bytesPerMs;
          const atMs = freeAtMs + 20;
          const deliver = (): void => flights.arrive(flight, [flying], { nowMs: atMs, clockMs: atMs - 10 });
          if (nowMs > fromMs + 4_000) bytes += BLOCK;
          underWay.push({ atMs, deliver });
        }
      }
      return bytes / (4_000 * bytesPerMs);
    };
    expect(use(0, 4_000)).toBeGreaterThan(0.95);
    expect(use(8_000, 400)).toBeGreaterThan(0.95);
    expect(use(16_000, 4_000)).toBeGreaterThan(0.95);
  });
});
