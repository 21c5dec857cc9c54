/**
 * `applyOperation` is the only way in: local requests, SYNC, replay and every test go through it. It is total and
 * deterministic, never throws and never asks who is allowed; that was decided once, by the tracker that was asked.
 */
import type { Operation, OperationBody, OperationKind } from '@p2p/protocol';
import { outcomeOf, recordOutcome } from '../outcomes.js';
import type { State } from '../state.js';
import { createGroup, deleteGroup } from './groups.js';
import {
  acceptMembership,
  addOwner,
  endMembership,
  rejectMembership,
  removeOwner,
  requestMembership,
} from './memberships.js';
import { done, type Outcome } from './outcome.js';
import { closeSession, openSession, revokeDevice, seeSession } from './sessions.js';
import { removeFile, shareFile } from './shared-files.js';
import { retireSlot, takeSlot, vacateSlot } from './slots.js';
import { createUser, resetCredential, setCredential } from './users.js';

type Applier<K extends OperationKind> = (
  state: State,
  body: Extract<OperationBody, { kind: K }>,
  operation: Operation,
) => Outcome;

/** All but what trackers note by themselves. */
type RequestedKind = Exclude<OperationKind, 'see_session'>;

const appliers: { readonly [K in RequestedKind]: Applier<K> } = {
  hello: takeSlot,
  vacate: vacateSlot,
  retire: retireSlot,
  create_user: createUser,
  set_credential: setCredential,
  reset_credential: resetCredential,
  open_session: openSession,
  close_session: closeSession,
  revoke_device: revokeDevice,
  create_group: createGroup,
  delete_group: deleteGroup,
  request_membership: requestMembership,
  reject_membership: rejectMembership,
  accept_membership: acceptMembership,
  end_membership: endMembership,
  add_owner: addOwner,
  remove_owner: removeOwner,
  share_file: shareFile,
  remove_file: removeFile,
};

/**
 * Applies one operation to `state`, in place, and returns what it came to. A `reject` operation that no longer fits
 * changes nothing but the record of outcomes; a `keep` operation takes effect wherever it still means anything. A
 * request that two trackers took acts at its first place in the order and never again: what was done in between stays.
 * Only a `keep` operation overrides a recorded refusal. A list of operations in stamp order becomes a state by a loop
 * over this function.
 */
export function applyOperation(state: State, operation: Operation): Outcome {
  const { body, mode, requestId, repeats } = operation;
  // It may be noted any number of times, and nobody ever asks what came of it.
  if (body.kind === 'see_session') return seeSession(state, body);
  const recorded = outcomeOf(state, requestId)?.outcome;
  // What it repeats came before it, so its outcome was recorded, and is forgotten by now: it was final long ago.
  if (recorded === undefined && repeats) return done;
  if (recorded !== undefined && (recorded.ok || mode === 'reject')) return recorded;
  const apply = appliers[body.kind] as Applier<RequestedKind>;
  const outcome = apply(state, body, operation);
  recordOutcome(state, requestId, { kind: body.kind, outcome });
  return outcome;
}
