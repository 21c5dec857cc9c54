/** Many questions at once: so many are under way at every moment, until as many have been answered as were wanted. */
import { Latencies } from '../report/latencies.js';
import type { Question, TrackerClient } from './tracker-client.js';

export interface LoadOptions {
  readonly clients: readonly TrackerClient[];
  /** Questions under way, all clients together; a multiple of their number. */
  readonly outstanding: number;
  readonly count: number;
  /** The question with this number. */
  question(index: number): Question;
}

export interface LoadResult {
  readonly count: number;
  readonly seconds: number;
  readonly latencies: Latencies;
  /** Answers that said `replicated: true`. */
  readonly replicated: number;
}

/** Rejects where a question is refused, or a connection lost. */
export function applyLoad({ clients, outstanding, count, question }: LoadOptions): Promise<LoadResult> {
  const latencies = new Latencies();
  let asked = 0;
  let replicated = 0;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const next = (client: TrackerClient): void => {
      if (asked === count) return;
      const askedAt = performance.now();
      client.ask(question(asked++), (answer) => {
        if (answer.type === 'error') return reject(new Error(`${answer.code}: ${answer.message}`));
        if ('replicated' in answer && answer.replicated) replicated += 1;
        const now = performance.now();
        latencies.add(now - askedAt);
        if (latencies.count === count) resolve({ count, seconds: (now - started) / 1_000, latencies, replicated });
        else next(client);
      });
    };
    for (const client of clients) client.lost.catch(reject);
    for (let index = 0; index < outstanding; index++) next(clients[index % clients.length] as TrackerClient);
  });
}
