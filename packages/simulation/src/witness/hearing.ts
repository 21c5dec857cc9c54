/**
 * The final hearing: everything is mended and has come to rest. All trackers must be alike, and one sequential history,
 * put together here from nothing but the operations that were seen on disks, must explain every answer.
 */
import type { EncodedOperation, GroupId, IncarnationId, Operation, RequestId, UserId } from '@p2p/protocol';
import { applyOperation, compareOperations, emptyState, type Replica, type State, stateDigest } from '@p2p/state';
import { sha256 } from './hash.js';
import { nameOf, withoutSuffix } from './names.js';
import { Violation } from './violation.js';
import { isSame, type Promised, type Witness } from './witness.js';

export interface Hearing {
  /** Entities that carry another name than was asked for. */
  readonly conflicts: number;
}

/** Throws a {@link Violation} where a promise was not kept. */
export function hear(witness: Witness, replicas: ReadonlyMap<number, Replica>): Hearing {
  const slots = [...replicas.keys()];
  const first = slots[0] as number;
  const replica = replicas.get(first) as Replica;
  for (const slot of slots) {
    witness.checkInvariants(slot, replicas.get(slot) as Replica);
    checkAllFolded(witness, slot, replicas.get(slot) as Replica);
    checkAlike(first, replica, [slot, replicas.get(slot) as Replica]);
  }
  const conflicts = [...replica.state.conflicts.entries()].length;
  if (witness.isLossy) return { conflicts };
  const history = historyOf(witness, first);
  checkDigests(witness, history);
  const { state, outcomes } = replay(history);
  checkModel(state, replica.state);
  checkRaces(history, state);
  if (witness.excused.size === 0) checkFoundations(state);
  for (const promise of witness.promised) checkKept(witness, promise, { state, outcomes });
  return { conflicts };
}

function checkAllFolded(witness: Witness, slot: number, replica: Replica): void {
  const mark = witness.folds.get(slot);
  for (const [incarnation, seq] of witness.onDisk(slot)) {
    const folded = mark?.vector[incarnation] ?? 0;
    if (folded !== seq) throw new Violation('not all final', `tracker ${slot}: ${folded} of ${seq} by ${incarnation}`);
  }
  if (mark?.count !== replica.finalMark.count) throw new Violation('not all final', `tracker ${slot} has more to fold`);
}

function checkAlike(first: number, one: Replica, [slot, other]: [number, Replica]): void {
  const [a, b] = [one.finalMark, other.finalMark];
  if (a.count !== b.count || !isSame(a.digest, b.digest)) {
    throw new Violation('digests differ', `trackers ${first} and ${slot} in the end, at ${a.count} and ${b.count}`);
  }
  if (stateDigest(one.state, sha256) !== stateDigest(other.state, sha256)) {
    throw new Violation('states differ', `trackers ${first} and ${slot}: ${differences(one.state, other.state)}`);
  }
}

/** All that is folded, in order. */
function historyOf(witness: Witness, slot: number): EncodedOperation[] {
  const vector = witness.folds.get(slot)?.vector ?? {};
  const history = (Object.entries(vector) as [IncarnationId, number][]).flatMap(([incarnation, seq]) =>
    (witness.operations.get(incarnation) ?? []).slice(0, seq),
  );
  return history.sort((a, b) => compareOperations(a.operation, b.operation));
}

/** Everybody who ever said how far the final operations go meant the beginning of this history. */
function checkDigests({ marks }: Witness, history: readonly EncodedOperation[]): void {
  const highest = Math.max(...marks.keys());
  if (highest !== history.length) {
    throw new Violation('history differs', `${highest} operations are final, but ${history.length} were seen on disks`);
  }
  let digest: Uint8Array = new Uint8Array(32);
  history.forEach(({ bytes }, at) => {
    digest = sha256(Buffer.concat([digest, bytes]));
    const mark = marks.get(at + 1);
    if (mark === undefined || isSame(mark.digest, digest)) return;
    throw new Violation('history differs', `what tracker ${mark.slot} called the first ${at + 1} operations is not`);
  });
}

interface Replayed {
  readonly state: State;
  /** Whether a request has succeeded. */
  readonly outcomes: ReadonlyMap<RequestId, boolean>;
}

/** The history from the beginning. A request acts once: its further operations change nothing. */
function replay(history: readonly EncodedOperation[]): Replayed {
  const state = emptyState();
  const outcomes = new Map<RequestId, boolean>();
  for (const { operation } of history) {
    const { requestId } = operation;
    const writes = state.log.record(() => {
      outcomes.set(requestId, isOk(state, operation) || outcomes.get(requestId) === true);
    });
    const acted = writes.filter(({ table }) => table.path.name !== 'outcomes');
    if (acted.length > 0 && wasDone.get(state)?.has(requestId)) {
      throw new Violation('acted twice', `${requestId}, by ${operation.stamp.incarnation}/${operation.seq}`);
    }
    if (outcomes.get(requestId)) noteDone(state, requestId);
  }
  return { state, outcomes };
}

const wasDone = new WeakMap<State, Set<RequestId>>();

function noteDone(state: State, requestId: RequestId): void {
  const done = wasDone.get(state);
  if (done === undefined) wasDone.set(state, new Set([requestId]));
  else done.add(requestId);
}

function isOk(state: State, operation: Operation): boolean {
  return applyOperation(state, operation).ok;
}

/** What was folded, written, read and sent comes to the same as a loop over the operations. */
function checkModel(model: State, state: State): void {
  const different = differences(model, state, new Set(['outcomes', 'forgotten', 'log']));
  if (different !== '') throw new Violation('model differs', different);
}

/** Nobody was answered before the order was known: whoever came second was refused, and got no suffix. */
function checkRaces(history: readonly EncodedOperation[], state: State): void {
  const kept = new Set(history.flatMap(({ operation: { mode, requestId } }) => (mode === 'keep' ? [requestId] : [])));
  for (const { operation } of history) {
    const conflict = state.conflicts.get(operation.requestId);
    if (conflict === undefined || kept.has(operation.requestId)) continue;
    throw new Violation('suffix in a race', `${operation.requestId} became "${conflict.to}" though all were linked`);
  }
}

/** Whatever a tracker that was cut off has allowed rests on something that is there for all. */
function checkFoundations({ groups, users, members, requests, files, sessions }: State): void {
  const owned = [...members.entries(), ...requests.entries()].map(([group, user]) => ({ group, user }));
  const shared = [...files.entries()].map(([, { group, by: user }]) => ({ group, user }));
  for (const { group, user } of [...owned, ...shared]) {
    if (!groups.has(group as GroupId)) throw new Violation('built on nothing', `group ${group} never was`);
    if (!users.has(user as UserId)) throw new Violation('built on nothing', `user ${user} never was`);
  }
  for (const [, { user }] of sessions.entries()) {
    if (!users.has(user)) throw new Violation('built on nothing', `user ${user} of a session never was`);
  }
}

function checkKept(witness: Witness, promise: Promised, { state, outcomes }: Replayed): void {
  const { requestId, replicated, hasOperation, name, slot } = promise;
  if (!hasOperation) return;
  if (witness.excused.has(requestId)) return;
  const what = `${requestId}, answered by tracker ${slot} with replicated: ${replicated}`;
  if (outcomes.get(requestId) === undefined) throw new Violation('acknowledged is missing', what);
  // What rested on something that is gone may have come to nothing.
  if (witness.excused.size > 0) return;
  if (!outcomes.get(requestId)) throw new Violation('acknowledged is missing', `${what}, came to a refusal`);
  const now = nameOf(state, requestId);
  if (name === undefined || now === name) return;
  // While a tracker was away somebody else may have ended the group that this was for.
  if (!replicated && (now === undefined || withoutSuffix(now) === withoutSuffix(name))) return;
  throw new Violation('name changed', `${what}: "${name}" then, "${now}" now`);
}

/** Names of the tables in which two states differ, with a key each. */
function differences(one: State, other: State, except: ReadonlySet<string> = new Set(['log'])): string {
  const found: string[] = [];
  for (const name of Object.keys(one) as (keyof State)[]) {
    if (except.has(name)) continue;
    const [a, b] = [rowsOf(one, name), rowsOf(other, name)];
    const keys = [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key));
    if (keys[0] !== undefined) found.push(`${name}[${keys[0]}]: ${a.get(keys[0])} / ${b.get(keys[0])}`);
  }
  return found.join('; ');
}

function rowsOf(state: State, name: keyof State): Map<string, string> {
  const table = state[name] as unknown as { entries(): Iterable<readonly unknown[]> };
  return new Map([...table.entries()].map((row) => [row.slice(0, -1).join('/'), plain(row.at(-1))]));
}

/** Fields in one order, whatever order they were written in. */
function plain(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}
