/** One question after the other for as long as something else goes on: how long a client waits meanwhile. */
import type { Question, TrackerClient } from '../load/tracker-client.js';
import { Latencies } from '../report/latencies.js';

/** Between an answer and the next question: a person at work, not a load. */
const PAUSE_MS = 2;

export class Probe {
  readonly #latencies = new Latencies();
  readonly #over: Promise<void>;
  #ending = false;

  private constructor(client: TrackerClient, question: (index: number) => Question) {
    this.#over = this.#run(client, question);
  }

  static start(client: TrackerClient, question: (index: number) => Question): Probe {
    return new Probe(client, question);
  }

  async end(): Promise<Latencies> {
    this.#ending = true;
    await this.#over;
    return this.#latencies;
  }

  async #run(client: TrackerClient, question: (index: number) => Question): Promise<void> {
    for (let index = 0; !this.#ending; index++) {
      const asked = performance.now();
      await client.succeed(question(index));
      this.#latencies.add(performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
