/**
 * Who may have a password hashed next. One at a time: a hash takes 10 ms of a core, on the thread pool that the journal
 * is flushed on. Two lanes – users on a device that they are known on, and strangers – and in each of them everybody in
 * turn, so that who asks a thousand times waits by himself. While many wait in a lane it pauses in between, so that a
 * flood of log-ins leaves most of a core to everything else.
 */
import { KNOWN_PASSWORDS_PER_STRANGER, MAX_WAITING_PASSWORDS, PASSWORD_PAUSE, PASSWORDS_AT_EASE } from '@p2p/protocol';
import { RoundRobin } from '@p2p/transport';

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

/** Those who wait for one kind of place. */
class Lane extends RoundRobin<Waiting> {
  pause: NodeJS.Timeout | undefined;

  get isReady(): boolean {
    return this.size > 0 && this.pause === undefined;
  }
}

export class PasswordQueue {
  readonly #maxWaiting: number;
  readonly #known = new Lane();
  readonly #strangers = new Lane();
  #knownInARow = 0;
  #busy = false;

  /** `maxWaiting`: in each lane. */
  constructor(maxWaiting = MAX_WAITING_PASSWORDS) {
    this.#maxWaiting = maxWaiting;
  }

  /** Runs `job` when it is its turn and nothing else runs. Undefined where too much is waiting. */
  run<T>({ lane: kind, owner }: Place, job: () => Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const lane = kind === 'known' ? this.#known : this.#strangers;
      lane.add(owner, { run: () => job().then(resolve, reject), refuse: () => resolve(undefined) });
      if (lane.size > this.#maxWaiting) lane.takeFromLongest()?.refuse();
      this.#next();
    });
  }

  #next(): void {
    if (this.#busy) return;
    const lane = this.#laneToServe();
    const waiting = lane?.take();
    if (lane === undefined || waiting === undefined) return;
    this.#knownInARow = lane === this.#known ? this.#knownInARow + 1 : 0;
    this.#busy = true;
    const started = performance.now();
    void waiting.run().then(() => {
      this.#busy = false;
      if (lane.size > PASSWORDS_AT_EASE) this.#pause(lane, PASSWORD_PAUSE * (performance.now() - started));
      this.#next();
    });
  }

  #laneToServe(): Lane | undefined {
    const strangersTurn = !this.#known.isReady || this.#knownInARow >= KNOWN_PASSWORDS_PER_STRANGER;
    if (this.#strangers.isReady && strangersTurn) return this.#strangers;
    return this.#known.isReady ? this.#known : undefined;
  }

  #pause(lane: Lane, milliseconds: number): void {
    lane.pause = setTimeout(() => {
      lane.pause = undefined;
      this.#next();
    }, milliseconds);
  }
}
