/**
 * What the trackers agree on. Fold operations into a state by a loop over {@link applyOperation}; make operations by
 * {@link decide}; run the protocol between trackers by {@link Replica}. Pure: no sockets, no clock, no dice.
 */
export { type Access, accessEndedBy, accessOf, hasEnded } from './access.js';
export { applyOperation } from './apply/apply.js';
export type { Outcome } from './apply/outcome.js';
export { type Audit, type AuditedOperation, type AuditVerdict, openAudit } from './audit.js';
export type { Actor, Command, CommandType, DecisionContext } from './decide/commands.js';
export { decide } from './decide/decide.js';
export { asMember, findGroup, isRefusal } from './decide/standing.js';
export type { Unchanged } from './decide/verdict.js';
export { type Sha256, stateDigest } from './digest.js';
export { brokenInvariants } from './invariants.js';
export {
  fileByName,
  groupByName,
  hasLoggedInOn,
  idsOfFile,
  isRetired,
  resolveFile,
  sessionsInForce,
  sessionsOfUser,
  userByName,
  userOfSession,
} from './lookup.js';
export { compareOperations, HybridClock } from './order.js';
export { Presence, type Sharer, type SwarmNews } from './presence.js';
export {
  listConflicts,
  listDevices,
  listFiles,
  listGroups,
  listMembers,
  listRequests,
  type Page,
  sharersOf,
  sharesIn,
  usersRenamedFrom,
} from './queries.js';
export type {
  Checkpoint,
  LinkId,
  ReplicaAnswer,
  ReplicaBase,
  ReplicaEffect,
  ReplicaInput,
  ReplicaOptions,
  ReplicatedMessage,
  Ticket,
} from './replica/interface.js';
export type { OperatorCommand } from './replica/operator-commands.js';
export { Replica } from './replica/replica.js';
export { emptyState, type Group, type Member, type Session, type SharedFile, type State, type User } from './state.js';
export type { Unusable, UnusableReason } from './storage/faults.js';
export { type DirectoryReader, type Expected, type FileCommand, parseFileName } from './storage/files.js';
export { type Recovery, recover } from './storage/recover.js';
export { Store } from './storage/store.js';
export { type Entry, emptyMark, Timeline } from './timeline.js';
