/**
 * The swarms that this client has open at the tracker: looked up by name, then the tracker's news of them goes to
 * whoever listens.
 */
import type { DeviceId, FileId, Refusal, ReplyTo, SwarmChanged, SwarmPeer } from '@p2p/protocol';
import type { TrackerSession } from './tracker-session.js';

export interface SwarmListener {
  /** All peers, as a tracker knows them now. */
  replace(peers: readonly SwarmPeer[]): void;
  change(joined: readonly SwarmPeer[], left: readonly DeviceId[]): void;
}

export type Swarm = { readonly ok: true; readonly swarm: ReplyTo<'open_swarm'> } | Refusal;

export class SwarmSubscriptions {
  readonly #session: Pick<TrackerSession, 'ask'>;
  readonly #listeners = new Map<FileId, SwarmListener>();
  /** What changed since the answer, for files that are looked up and not yet listened to. */
  readonly #held = new Map<FileId, SwarmChanged[]>();
  /** Which tracker has spoken of a swarm last, and when by the monotonic clock. */
  readonly #heard = new Map<FileId, { readonly number: number; readonly atMs: number }>();

  constructor(session: Pick<TrackerSession, 'ask'>) {
    this.#session = session;
  }

  /**
   * Metadata and peers of a file. The tracker pushes changes from now on; they are held until {@link listen} or
   * {@link leave} is called.
   */
  async open(group: string, file: string): Promise<Swarm> {
    const called = await this.#session.ask({ type: 'open_swarm', group, file });
    if (!called.ok) return called;
    this.#heard.set(called.reply.file, { number: called.tracker, atMs: performance.now() });
    if (!this.#listeners.has(called.reply.file)) this.#held.set(called.reply.file, []);
    return { ok: true, swarm: called.reply };
  }

  /** Hands over the peers of a swarm that was opened, and everything that changes. */
  listen(swarm: ReplyTo<'open_swarm'>, listener: SwarmListener): void {
    this.#listeners.set(swarm.file, listener);
    listener.replace(swarm.peers);
    for (const { joined, left } of this.#held.get(swarm.file) ?? []) listener.change(joined, left);
    this.#held.delete(swarm.file);
  }

  /** The tracker that has spoken last of this swarm; null where none has, or it was left. */
  lastHeard(file: FileId): { readonly number: number; readonly agoMs: number } | null {
    const heard = this.#heard.get(file);
    return heard === undefined ? null : { number: heard.number, agoMs: Math.round(performance.now() - heard.atMs) };
  }

  /** No more news of this file. Nothing is waited for: what still comes is dropped. */
  leave(file: FileId): void {
    this.forget(file);
    void this.#session.ask({ type: 'close_swarm', file });
  }

  /** The tracker has closed this swarm itself, with the session. */
  forget(file: FileId): void {
    this.#listeners.delete(file);
    this.#held.delete(file);
    this.#heard.delete(file);
  }

  /** News from the tracker. */
  apply(change: SwarmChanged): void {
    // News may follow in the same packet as the answer that opened the swarm: by then whoever asked has seen it.
    setImmediate(() => {
      const heard = this.#heard.get(change.file);
      if (heard !== undefined) this.#heard.set(change.file, { ...heard, atMs: performance.now() });
      const listener = this.#listeners.get(change.file);
      if (listener !== undefined) listener.change(change.joined, change.left);
      else this.#held.get(change.file)?.push(change);
    });
  }
}
