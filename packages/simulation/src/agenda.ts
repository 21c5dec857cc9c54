/** Virtual time: what is to happen when. Of two things at the same moment, the one that was planned first comes first. */

/** A run has tens of thousands; only one that goes in circles gets here. */
const MAX_ACTIONS = 1_000_000;

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

export class Agenda {
  /** A binary heap, the next entry at its root. */
  readonly #heap: Entry[] = [];
  #now: number;
  #planned = 0;
  #performed = 0;

  constructor(beginning: number) {
    this.#now = beginning;
  }

  /** The true time, ms. No tracker's clock shows it exactly. */
  get now(): number {
    return this.#now;
  }

  /** Plans an action, `delayMs` from now. */
  after(delayMs: number, action: () => void): void {
    const entry = { at: this.#now + delayMs, order: this.#planned++, action };
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  /** Runs all that is planned up to `time`, in order, with what comes of it; then it is `time`. */
  runUntil(time: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= time; next = this.#heap[0]) {
      this.#takeRoot();
      this.#performed += 1;
      if (this.#performed > MAX_ACTIONS) throw new Error('there is no end to it: the trackers go on and on');
      this.#now = next.at;
      next.action();
    }
    this.#now = Math.max(this.#now, time);
  }

  #takeRoot(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= heap.length) break;
      const child = right < heap.length && isBefore(heap[right] as Entry, heap[left] as Entry) ? right : left;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
  }
}
