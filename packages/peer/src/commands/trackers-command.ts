/** What every tracker says of itself, asked one by one: the only command that speaks to more than one. */
import { once } from 'node:events';
import { formatAddress, type ReplyTo, type TrackerEntry } from '@p2p/protocol';
import type { Identity } from '@p2p/transport';
import type { Peer, TrackerRow } from '../api.js';
import type { ClusterPin } from '../data-directory/cluster-pin.js';
import { greetTracker } from '../tracker-session/greet-tracker.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';

/** All trackers are asked at once; one that takes longer counts as not reachable. */
const STATUS_TIMEOUT_MS = 2_000;

/** Connections that announce nothing come before any that does: see the hello's counter. */
const NO_COUNTER = 0;

export interface TrackersCommandContext {
  readonly identity: Identity;
  readonly trackers: readonly TrackerEntry[];
  readonly pin: ClusterPin;
  readonly session: TrackerSession;
}

type Status = Pick<ReplyTo<'status'>, 'linked' | 'operations' | 'digest'>;

export function trackersCommand(context: TrackersCommandContext): Pick<Peer, 'trackers'> {
  return {
    async trackers() {
      const timeUp = AbortSignal.timeout(STATUS_TIMEOUT_MS);
      // A client that has just started is about to be connected: which tracker is the current one is known then.
      const connecting = Promise.race([context.session.ask({ type: 'ping' }), once(timeUp, 'abort')]);
      const statuses = await Promise.all(context.trackers.map((entry) => askStatus(context, entry, timeUp)));
      if (statuses.some((status) => status !== undefined)) await connecting;
      const { current } = context.session;
      const rows = context.trackers.map((entry, at) => rowOf(entry, statuses[at], current));
      return { ok: true, result: { trackers: rows } };
    },
  };
}

function rowOf(entry: TrackerEntry, status: Status | undefined, current: number | undefined): TrackerRow {
  return {
    number: entry.number,
    address: formatAddress(entry),
    reachable: status !== undefined,
    current: current === entry.number,
    linked: status?.linked ?? [],
    operations: status?.operations ?? null,
    digest: status?.digest ?? null,
  };
}

/** Over a connection of its own, without a session. */
async function askStatus(
  { identity, pin }: TrackersCommandContext,
  entry: TrackerEntry,
  timeUp: AbortSignal,
): Promise<Status | undefined> {
  const greeting = await greetTracker({ identity, entry, pin, hello: { counter: NO_COUNTER }, signal: timeUp });
  if (!greeting.ok) return undefined;
  const { tracker } = greeting;
  tracker.send({ type: 'status', id: 1 });
  const answer = await tracker.next(STATUS_TIMEOUT_MS, timeUp);
  tracker.close();
  return answer?.type === 'status.ok' ? answer : undefined;
}
