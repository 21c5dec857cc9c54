/**
 * Keeps one tracker connected: performs what the fail-over step decides with sockets and timers, and pings. It knows
 * nothing of requests but that they can be sent.
 */
import { PING_INTERVAL_MS, SILENCE_TIMEOUT_MS, type TrackerEntry, type TrackerMessage } from '@p2p/protocol';
import { retryDelayMs } from '@p2p/transport';
import { type FailOverEffect, type FailOverInput, initialFailOver, stepFailOver } from './fail-over.js';
import type { Greeting } from './greet-tracker.js';
import type { TrackerConnection, TrackerRequest } from './tracker-connection.js';

/** A tracker that is back is found within this. */
const LONGEST_PAUSE_MS = 2_000;

export interface TrackerLineHandlers {
  /** A tracker took over; `user` is whose session its hello resumed. */
  connected(tracker: number, lost: number | undefined, user: string | null): void;
  /** No tracker answers; `tracker` is the one that was lost, or the first choice. */
  unreachable(tracker: number): void;
  /** What was asked at `askedUntil` or before has waited long enough. */
  giveUp(askedUntil: number, code: 'no_tracker' | 'identity_changed'): void;
  message(message: TrackerMessage): void;
  /** A tracker shows another key than the pinned one; in words for a person. */
  mismatch(explanation: string): void;
}

export interface TrackerLineOptions {
  readonly trackers: readonly TrackerEntry[];
  /** Number of the tracker to try first. */
  readonly firstTracker: number;
  readonly patienceMs: number;
  readonly greet: (entry: TrackerEntry, signal: AbortSignal) => Promise<Greeting>;
  readonly handlers: TrackerLineHandlers;
}

export class TrackerLine {
  readonly #options: TrackerLineOptions;
  readonly #closing = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  #failOver;
  #tracker: TrackerConnection | undefined;
  #pinging: NodeJS.Timeout | undefined;
  /** Whose session the hello in progress has resumed. */
  #user: string | null = null;
  /** The last one that was begun; one is under way at a time. */
  #greeting: Promise<void> = Promise.resolve();

  constructor(options: TrackerLineOptions) {
    this.#options = options;
    this.#failOver = initialFailOver(options.trackers.length);
  }

  start(): void {
    const { trackers, firstTracker } = this.#options;
    const first = trackers.findIndex(({ number }) => number === firstTracker);
    this.#step({ type: 'start', first: Math.max(0, first) });
  }

  /** Number of the tracker that is connected now. */
  get current(): number | undefined {
    const { phase } = this.#failOver;
    return phase.at === 'connected' ? this.#numberOf(phase.slot) : undefined;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** The time by which requests are dated: monotonic, so that a stepping wall clock makes nobody wait longer. */
  now(): number {
    return performance.now();
  }

  /** Sends a request that is pending; without a tracker it goes out when one is connected. */
  send(request: TrackerRequest): void {
    if (this.#tracker === undefined) this.#step({ type: 'asked' });
    else this.#tracker.send(request);
  }

  /** Ends the connection because the tracker broke the protocol. The next tracker follows. */
  fail(): void {
    this.#tracker?.fail();
  }

  /** Resolves when no greeting is under way any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#letGo()?.close();
    await this.#greeting;
  }

  #step(input: FailOverInput, now: number = this.now()): void {
    if (this.closed) return;
    const { patienceMs } = this.#options;
    const pauseMs = (round: number): number => Math.min(LONGEST_PAUSE_MS, retryDelayMs(round, Math.random()));
    const { state, effects } = stepFailOver(this.#failOver, input, { now, patienceMs, pauseMs });
    this.#failOver = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: FailOverEffect): void {
    const { handlers } = this.#options;
    switch (effect.type) {
      case 'dial':
        this.#greeting = this.#dial(effect.slot);
        return;
      case 'connected': {
        const lost = effect.lost === undefined ? undefined : this.#numberOf(effect.lost);
        handlers.connected(this.#numberOf(effect.slot), lost, this.#user);
        return;
      }
      case 'unreachable':
        handlers.unreachable(this.#numberOf(effect.slot));
        return;
      case 'give_up':
        handlers.giveUp(effect.askedUntil, effect.code);
        return;
      case 'wake':
        this.#wakeAt(effect.at);
    }
  }

  async #dial(slot: number): Promise<void> {
    const greeting = await this.#options.greet(this.#options.trackers[slot] as TrackerEntry, this.#closing.signal);
    if (!greeting.ok) {
      if (greeting.mismatch) this.#options.handlers.mismatch(greeting.message);
      this.#step({ type: 'failed', mismatch: greeting.mismatch });
    } else if (this.closed) {
      greeting.tracker.close();
    } else {
      this.#take(greeting.tracker, greeting.hello.user);
    }
  }

  #take(tracker: TrackerConnection, user: string | null): void {
    this.#tracker = tracker;
    this.#user = user;
    tracker.setSilenceTimeout(SILENCE_TIMEOUT_MS);
    this.#pinging = setInterval(() => tracker.send({ type: 'ping', id: 0 }), PING_INTERVAL_MS);
    this.#step({ type: 'greeted' });
    tracker.attach({
      message: (message) => {
        if (!this.closed) this.#options.handlers.message(message);
      },
      closed: () => {
        this.#letGo();
        this.#step({ type: 'lost' });
      },
    });
  }

  #letGo(): TrackerConnection | undefined {
    clearInterval(this.#pinging);
    const tracker = this.#tracker;
    this.#tracker = undefined;
    return tracker;
  }

  #wakeAt(at: number): void {
    const tick = (): void => {
      this.#timers.delete(timer);
      // A timer may fire a little early by the other clock; the step must see the time it asked for.
      this.#step({ type: 'tick' }, Math.max(at, this.now()));
    };
    const timer = setTimeout(tick, Math.max(0, at - this.now()));
    this.#timers.add(timer);
  }

  #numberOf(slot: number): number {
    return (this.#options.trackers[slot] as TrackerEntry).number;
  }
}
