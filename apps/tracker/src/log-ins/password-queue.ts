/**
 * Who may have a password hashed next. One at a time: a hash takes 10 ms of a core, on the thread pool that the journal
 * is flushed on. Two lanes – users on a device that they are known on, and strangers – and in each of them everybody in
 * turn, so that who asks a thousand times waits by himself. Hashing for strangers takes half of the time at most, so that
 * a flood of them leaves the other half of a core to everything else.
 */
import { KNOWN_PASSWORDS_PER_STRANGER, MAX_WAITING_PASSWORDS } from '@p2p/protocol';

export interface Place {
  readonly lane: 'known' | 'stranger';
  /** Who takes turns with others: an account, an address, or a device. */
  readonly owner: string;
}

interface Waiting {
  readonly run: () => Promise<void>;
  /** Pushed out by others. */
  readonly refuse: () => void;
}

export class PasswordQueue {
  readonly #maxWaiting: number;
  readonly #lanes = { known: new Turns<Waiting>(), stranger: new Turns<Waiting>() };
  #knownInARow = 0;
  #busy = false;
  #strangersRest: NodeJS.Timeout | undefined;

  /** `maxWaiting`: in each lane. */
  constructor(maxWaiting = MAX_WAITING_PASSWORDS) {
    this.#maxWaiting = maxWaiting;
  }

  /** Runs `job` when it is its turn and nothing else runs. Undefined where too much is waiting. */
  run<T>({ lane, owner }: Place, job: () => Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const turns = this.#lanes[lane];
      turns.add(owner, { run: () => job().then(resolve, reject), refuse: () => resolve(undefined) });
      if (turns.size > this.#maxWaiting) turns.removeFromLongest()?.refuse();
      this.#next();
    });
  }

  #next(): void {
    if (this.#busy) return;
    const lane = this.#laneToServe();
    const waiting = lane === undefined ? undefined : this.#lanes[lane].take();
    if (lane === undefined || waiting === undefined) return;
    this.#knownInARow = lane === 'known' ? this.#knownInARow + 1 : 0;
    this.#busy = true;
    const started = performance.now();
    void waiting.run().then(() => {
      this.#busy = false;
      if (lane === 'stranger') this.#restFor(performance.now() - started);
      this.#next();
    });
  }

  #laneToServe(): Place['lane'] | undefined {
    const { known, stranger } = this.#lanes;
    const strangerWaits = stranger.size > 0 && this.#strangersRest === undefined;
    if (strangerWaits && (known.size === 0 || this.#knownInARow >= KNOWN_PASSWORDS_PER_STRANGER)) return 'stranger';
    return known.size > 0 ? 'known' : undefined;
  }

  #restFor(milliseconds: number): void {
    this.#strangersRest = setTimeout(() => {
      this.#strangersRest = undefined;
      this.#next();
    }, milliseconds);
  }
}

/** Things that wait, each owner's in order, the owners in turn. */
class Turns<T> {
  /** The owner whose turn it is comes first. Nobody has an empty list. */
  readonly #byOwner = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(owner: string, thing: T): void {
    const list = this.#byOwner.get(owner);
    if (list === undefined) this.#byOwner.set(owner, [thing]);
    else list.push(thing);
    this.#size += 1;
  }

  take(): T | undefined {
    const [first] = this.#byOwner;
    if (first === undefined) return undefined;
    const [owner, list] = first;
    const thing = list.shift();
    this.#byOwner.delete(owner);
    if (list.length > 0) this.#byOwner.set(owner, list);
    this.#size -= 1;
    return thing;
  }

  /** The last one of whoever has most waiting. */
  removeFromLongest(): T | undefined {
    let longest: [owner: string, list: T[]] | undefined;
    for (const entry of this.#byOwner) if (entry[1].length >= (longest?.[1].length ?? 0)) longest = entry;
    if (longest === undefined) return undefined;
    const [owner, list] = longest;
    const thing = list.pop();
    if (list.length === 0) this.#byOwner.delete(owner);
    this.#size -= 1;
    return thing;
  }
}
