/** Which parts of the code have run, as V8 counts it, block by block: so that an input that leads somewhere new is noticed. */
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';

/** Offsets in a source; the end is not included. */
type Span = readonly [start: number, end: number];

export class Coverage {
  readonly #session = new Session();
  /** By script and function: what of it has never run. */
  readonly #untouched = new Map<string, readonly Span[]>();

  static async start(): Promise<Coverage> {
    const coverage = new Coverage();
    coverage.#session.connect();
    await coverage.#session.post('Profiler.enable');
    await coverage.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return coverage;
  }

  /** Whether anything has run since the last look that never had before; from now on it has. */
  async hasGrown(): Promise<boolean> {
    const news = await this.#look();
    for (const [key, untouched] of news) this.#untouched.set(key, untouched);
    return news.size > 0;
  }

  /** The same, but what was new stays new: whoever did it is still to be found. */
  async mayGrow(): Promise<boolean> {
    return (await this.#look()).size > 0;
  }

  /** What is still untouched of the functions of which something new has run. V8 counts from zero after each look. */
  async #look(): Promise<Map<string, readonly Span[]>> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    const news = new Map<string, readonly Span[]>();
    for (const { url, functions } of result) {
      if (url.startsWith('node:')) continue;
      for (const { ranges } of functions) {
        const [whole] = ranges;
        if (whole === undefined || whole.count === 0) continue;
        const key = `${url} ${whole.startOffset}`;
        const idle = ranges.filter(({ count }) => count === 0);
        const before = this.#untouched.get(key) ?? [[whole.startOffset, whole.endOffset]];
        const after = common(before, idle.map(spanOf));
        if (lengthOf(after) < lengthOf(before)) news.set(key, after);
      }
    }
    return news;
  }

  async stop(): Promise<void> {
    await this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }
}

function spanOf({ startOffset, endOffset }: Profiler.CoverageRange): Span {
  return [startOffset, endOffset];
}

function common(some: readonly Span[], others: readonly Span[]): Span[] {
  return some.flatMap(([start, end]) =>
    others
      .map(([otherStart, otherEnd]): Span => [Math.max(start, otherStart), Math.min(end, otherEnd)])
      .filter(([from, to]) => from < to),
  );
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, [start, end]) => sum + end - start, 0);
}
