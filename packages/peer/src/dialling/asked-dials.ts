/**
 * Sharers that can't be dialled, asked by way of the tracker to dial this client: whom it waits for, and nobody else is
 * let in as a sharer.
 */
import { type DeviceId, DIAL_REQUEST_TIMEOUT_MS, type GroupId, type ReplyTo } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import type { TrackerSession } from '../tracker-session/tracker-session.js';

/** A dial over half the world, and the tracker knows. */
const ASK_AGAIN_MS = 500;
const MAX_ASKED_AGAIN = 3;

/** Why a sharer doesn't come: `unreachable` is this client, as far as the tracker knows. */
export type AskedDialFailure = 'unreachable' | 'no_answer';

export class AskedDials {
  readonly #session: Pick<TrackerSession, 'ask'>;
  readonly #awaited = new Map<DeviceId, (connection: Connection) => void>();

  constructor(session: Pick<TrackerSession, 'ask'>) {
    this.#session = session;
  }

  /**
   * A connection that `device`, which shares something in the group, has dialled, its hello read. It waits for
   * DIAL_REQUEST_TIMEOUT_MS at most. Never rejects.
   */
  async ask(device: DeviceId, group: GroupId, signal: AbortSignal): Promise<Connection | AskedDialFailure> {
    if (signal.aborted || this.#awaited.has(device)) return 'no_answer';
    const giveUp = new AbortController();
    const coming = this.#wait(device, AbortSignal.any([signal, giveUp.signal]));
    // It may come before the tracker's answer, which may not come at all.
    void this.#askTracker(device, group).then((outcome) => {
      if (outcome !== 'asked') giveUp.abort(outcome);
    });
    const connection = await coming;
    if (connection !== undefined) return connection;
    return giveUp.signal.reason === 'unreachable' ? 'unreachable' : 'no_answer';
  }

  /** Takes a connection of which a sharer's hello has been read. Returns false where nobody waits for that device. */
  take(connection: Connection): boolean {
    // The key was checked by TLS and hashed by the transport: it has the form of a device id.
    const arrived = this.#awaited.get(connection.remote.key as DeviceId);
    arrived?.(connection);
    return arrived !== undefined;
  }

  /** Right after a log-in the tracker doesn't know yet whether this client can be dialled: then it is asked again. */
  async #askTracker(device: DeviceId, group: GroupId): Promise<ReplyTo<'ask_dial'>['outcome'] | 'refused'> {
    for (let again = 0; ; again++) {
      const called = await this.#session.ask({ type: 'ask_dial', group, device });
      const outcome = called.ok ? called.reply.outcome : 'refused';
      if (outcome !== 'later' || again === MAX_ASKED_AGAIN || !this.#awaited.has(device)) return outcome;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  #wait(device: DeviceId, signal: AbortSignal): Promise<Connection | undefined> {
    return new Promise((resolve) => {
      const settle = (connection: Connection | undefined): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.#awaited.delete(device);
        resolve(connection);
      };
      const giveUp = (): void => settle(undefined);
      const timer = setTimeout(giveUp, DIAL_REQUEST_TIMEOUT_MS);
      signal.addEventListener('abort', giveUp);
      this.#awaited.set(device, settle);
    });
  }
}
