/**
 * What requests came to, so that each acts once however often and wherever it arrives. A device's counter rises, and it
 * has no more than a window of requests under way: what lies far enough behind can be forgotten. That is decided while
 * an operation is folded, by nothing but the operations up to it, so that all trackers forget the same.
 */
import { type DeviceId, OUTCOME_WINDOW, type RequestId } from '@p2p/protocol';
import type { RequestRecord, State } from './state.js';

const DEVICE_DIGITS = 64;
/** Counters that carry out nothing are left out: behind more than these in a row nothing more is looked for. */
const MAX_GAP = 4;
/** How finely it is kept up to where a device's requests are forgotten: a row need not be written for each. */
const HORIZON_STEP = 256;

/** Device and counter of a request id. */
function partsOf(request: RequestId): [device: DeviceId, counter: number] {
  return [request.slice(0, DEVICE_DIGITS) as DeviceId, Number(request.slice(DEVICE_DIGITS + 1))];
}

export function outcomeOf(state: State, request: RequestId): RequestRecord | undefined {
  return state.outcomes.get(request);
}

export function recordOutcome(state: State, request: RequestId, record: RequestRecord): void {
  state.outcomes.set(request, sharedRecord(record));
}

const successes = new Map<RequestRecord['kind'], RequestRecord>();

/** One record for all successes of a kind: nearly all of millions are such, and rows are never changed. */
export function sharedRecord(record: RequestRecord): RequestRecord {
  if (!record.outcome.ok) return record;
  const shared = successes.get(record.kind);
  if (shared === undefined) successes.set(record.kind, record);
  return shared ?? record;
}

/** Whether a request is so old that nobody would know any more whether it has been carried out. */
export function isForgotten(state: State, request: RequestId): boolean {
  const [device, counter] = partsOf(request);
  return counter < (state.forgotten.get(device) ?? 0);
}

/**
 * To be called for each operation that is folded. What lies a window behind its counter goes, except what `isAwaited`:
 * another operation of that request is still to be folded, and takes the outcome with it. Whoever makes a second
 * operation of a request doesn't know the first, so its operation is known everywhere before the first can be final: all
 * trackers await the same.
 */
export function forgetOutcomes(state: State, folded: RequestId, isAwaited: (request: RequestId) => boolean): void {
  const [device, counter] = partsOf(folded);
  const horizon = state.forgotten.get(device) ?? 0;
  if (counter < horizon && !isAwaited(folded)) state.outcomes.delete(folded);
  const newest = counter - OUTCOME_WINDOW;
  let isFound = false;
  for (let each = newest, gap = 0; each >= 0 && gap < MAX_GAP; each--) {
    const request = `${device}.${each}` as RequestId;
    gap = state.outcomes.has(request) ? 0 : gap + 1;
    if (gap > 0) continue;
    isFound = true;
    // Awaited, it is the last that is looked at: it goes when that operation is folded, and what lies behind it with it.
    if (isAwaited(request)) break;
    state.outcomes.delete(request);
  }
  const below = newest - (newest % HORIZON_STEP);
  if (isFound && below > horizon) state.forgotten.set(device, below);
}
