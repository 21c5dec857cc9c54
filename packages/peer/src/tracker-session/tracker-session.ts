/**
 * Requests to the cluster: each is asked once and answered once, however many trackers die in between. What is not
 * answered is sent again to the tracker that takes over; a change keeps its counter and so stays the same request.
 */
import {
  type MutationInput,
  type QueryInput,
  type Refusal,
  type ReplyTo,
  refusal,
  type TrackerMessage,
} from '@p2p/protocol';
import { isSystemError } from '../data-directory/system-files.js';
import { PendingRequests } from './pending-requests.js';
import { TrackerLine, type TrackerLineHandlers, type TrackerLineOptions } from './tracker-line.js';

type Draft<R> = R extends unknown ? Omit<R, 'id' | 'counter'> : never;
export type MutationDraft = Draft<MutationInput>;
export type QueryDraft = Draft<QueryInput>;
/** What a tracker says without being asked. */
export type TrackerPush = Exclude<TrackerMessage, { id: number }>;
type RequestKind = (MutationInput | QueryInput)['type'];

/** The reply, and the number of the tracker that gave it. */
export type Called<T extends RequestKind> =
  | { readonly ok: true; readonly reply: ReplyTo<T>; readonly tracker: number }
  | Refusal;

export interface TrackerSessionHandlers extends Pick<TrackerLineHandlers, 'connected' | 'unreachable' | 'mismatch'> {
  /** What a tracker says without being asked. */
  pushed(push: TrackerPush): void;
  /** A tracker's clock, ms. */
  clock(timeMs: number): void;
}

export interface TrackerSessionOptions extends Omit<TrackerLineOptions, 'handlers'> {
  /** The next number of this device's request counter. */
  readonly nextCounter: () => Promise<number>;
  readonly handlers: TrackerSessionHandlers;
}

export class TrackerSession {
  readonly #options: TrackerSessionOptions;
  readonly #pending = new PendingRequests();
  readonly #line: TrackerLine;
  #mismatch: string | undefined;

  constructor(options: TrackerSessionOptions) {
    this.#options = options;
    const { handlers } = options;
    this.#line = new TrackerLine({
      ...options,
      handlers: {
        connected: (tracker, lost, user) => {
          handlers.connected(tracker, lost, user);
          for (const { request } of this.#pending.all()) this.#line.send(request);
        },
        unreachable: (tracker) => handlers.unreachable(tracker),
        giveUp: (askedUntil, code) => this.#pending.giveUp(askedUntil, code),
        message: (message) => this.#receive(message),
        mismatch: (explanation) => {
          if (explanation !== this.#mismatch) handlers.mismatch(explanation);
          this.#mismatch = explanation;
        },
      },
    });
  }

  /** Begins to look for a tracker, and never stops until {@link close}. */
  start(): void {
    this.#line.start();
  }

  /** Number of the tracker that is connected now. */
  get current(): number | undefined {
    return this.#line.current;
  }

  /** Asks something that reads, or that concerns this connection. */
  ask<D extends QueryDraft>(draft: D): Promise<Called<D['type']>> {
    // A draft with its id is a request again, which the compiler doesn't see through the generic.
    return this.#call({ ...draft, id: this.#pending.nextId() } as unknown as QueryInput);
  }

  /** Asks for a change. */
  async change<D extends MutationDraft>(draft: D): Promise<Called<D['type']>> {
    try {
      const counter = await this.#options.nextCounter();
      return await this.#call({ ...draft, id: this.#pending.nextId(), counter } as unknown as MutationInput);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return refusal(error.code === 'ENOSPC' ? 'disk_full' : 'internal', `the request counter: ${error.message}`);
    }
  }

  /** Unanswered requests get `no_tracker`. Resolves when nothing is written any more. Idempotent. */
  async close(): Promise<void> {
    const closed = this.#line.close();
    this.#pending.giveUp(Number.POSITIVE_INFINITY, 'no_tracker');
    await closed;
  }

  #call<T extends RequestKind>(request: MutationInput | QueryInput): Promise<Called<T>> {
    if (this.#line.closed) return Promise.resolve(refusal('no_tracker', 'this client is closed'));
    return new Promise((resolve) => {
      this.#pending.add({
        request,
        askedAt: this.#line.now(),
        answer: (message) => {
          if (message.type === 'error') resolve(refusal(message.code, message.message));
          // #receive has compared the types, which the compiler can't follow.
          else resolve({ ok: true, reply: message as ReplyTo<T>, tracker: this.#line.current ?? 0 });
        },
        giveUp: (code) => resolve(refusal(code, code === 'identity_changed' ? this.#mismatch : undefined)),
      });
      this.#line.send(request);
    });
  }

  #receive(message: TrackerMessage): void {
    if (!('id' in message)) return this.#options.handlers.pushed(message);
    if (message.type === 'ping.ok') this.#options.handlers.clock(message.clock);
    const pending = this.#pending.take(message.id);
    // An answer to a ping, or to what was given up meanwhile.
    if (pending === undefined) return;
    if (message.type === 'error' || message.type === `${pending.request.type}.ok`) return pending.answer(message);
    // Another tracker shall answer it.
    this.#pending.add(pending);
    this.#line.fail();
  }
}
