/**
 * Checks what a tracker has kept, without a tracker: that its final operations, in their order, come to the digests that
 * are written beside them, and to the rows. A digest stands for all operations up to it, so that two trackers, or a
 * tracker and a note of what it said a year ago, can be compared by one line.
 */
import { compareStamps, decodeOperation, type FoldMark, type IncarnationId, type Operation } from '@p2p/protocol';
import { applyOperation } from './apply/apply.js';
import { chainDigest, type Sha256, stateDigest, toHex } from './digest.js';
import { emptyState, type State } from './state.js';
import type { Unusable } from './storage/faults.js';
import type { DirectoryReader } from './storage/files.js';
import { type History, type KeptMark, type KeptOperation, readHistory } from './storage/read-history.js';

/** A final operation in its place. */
export interface AuditedOperation {
  /** Final operations up to it, itself included. */
  readonly count: number;
  readonly operation: Operation;
  /** Running digest behind it, 64 hex digits. */
  readonly digest: string;
}

export type AuditVerdict =
  | {
      readonly ok: true;
      /** Final operations, those before the audit's beginning included, and the digest over them, 64 hex digits. */
      readonly count: number;
      readonly digest: string;
      /** Operations in the journal of which this directory alone doesn't know whether they are final. */
      readonly open: number;
    }
  /** Where the fault is: a name in the directory, and a byte in that file. */
  | { readonly ok: false; readonly file: string; readonly offset: number; readonly message: string };

export interface Audit {
  readonly kind: 'audit';
  /** Whose directory it is. */
  readonly slot: number;
  readonly incarnation: IncarnationId;
  /** The final operations before this many are not kept here as such: they were taken over as rows, or never were. */
  readonly begin: number;
  /** The rows that final operations have come to, to call things by name. Read it, and change nothing. */
  readonly state: State;
  /** The final operations in their order, checked as they come; the verdict at the end. Costs a hash each. */
  operations(): Generator<AuditedOperation, AuditVerdict>;
}

/** Opens a data directory, of a tracker that runs or doesn't. Reading errors of `directory` go through. */
export function openAudit(directory: DirectoryReader, sha256: Sha256): Audit | Unusable | { readonly kind: 'empty' } {
  const history = readHistory(directory);
  if (history.kind !== 'history') return history;
  const { header, state } = history;
  return {
    kind: 'audit',
    slot: header.slot,
    incarnation: header.incarnation,
    begin: header.base.count,
    state,
    operations: () => audited(history, sha256),
  };
}

function* audited(
  { header, state, marks, operations }: History,
  sha256: Sha256,
): Generator<AuditedOperation, AuditVerdict> {
  const final = marks.at(-1) as KeptMark;
  const inOrder = finalOnes(operations, final.mark);
  // What began with rows of others can't be come to again from operations.
  const replayed = header.base.count === 0 ? emptyState() : undefined;
  let { count, digest } = header.base;
  let due = 0;
  for (let at = 0; ; at++) {
    for (; marks[due]?.mark.count === count; due++) {
      if (toHex(digest) !== toHex(marks[due]?.mark.digest as Uint8Array)) return otherDigest(marks[due] as KeptMark);
    }
    const kept = inOrder[at];
    if (kept === undefined) break;
    const operation = decodeOperation(kept.bytes)?.operation as Operation;
    digest = chainDigest(digest, kept.bytes, sha256);
    count += 1;
    if (replayed !== undefined) applyOperation(replayed, operation);
    yield { count, operation, digest: toHex(digest) };
  }
  if (due < marks.length) return otherCount(marks[due] as KeptMark, count);
  if (replayed !== undefined && rowsDigest(replayed, sha256) !== rowsDigest(state, sha256)) return otherRows(final);
  return { ok: true, count, digest: toHex(digest), open: operations.length - inOrder.length };
}

/** Those up to the mark, in the order of all. */
function finalOnes(operations: readonly KeptOperation[], { stamp }: FoldMark): KeptOperation[] {
  if (stamp === null) return [];
  const final = operations.filter((kept) => compareStamps(kept.stamp, stamp) <= 0);
  return final.sort((a, b) => compareStamps(a.stamp, b.stamp));
}

/** Of all rows but the outcomes of requests, the older of which have been forgotten. */
function rowsDigest(state: State, sha256: Sha256): string {
  const { outcomes, forgotten } = emptyState();
  return stateDigest({ ...state, outcomes, forgotten }, sha256);
}

function otherDigest({ mark, file, offset }: KeptMark): AuditVerdict {
  const message = `the first ${mark.count} final operations come to another digest than ${file} says at byte ${offset}`;
  return { ok: false, file, offset, message };
}

function otherCount({ mark, file, offset }: KeptMark, count: number): AuditVerdict {
  const message = `the journal has ${count} operations up to where ${file} counts ${mark.count} at byte ${offset}`;
  return { ok: false, file, offset, message };
}

function otherRows({ mark, file, offset }: KeptMark): AuditVerdict {
  const message = `the first ${mark.count} final operations come to other rows than ${file} holds up to byte ${offset}`;
  return { ok: false, file, offset, message };
}
