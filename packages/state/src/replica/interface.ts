/**
 * What goes into a replica and what comes out. A replica decides, a shell performs: it carries out the effects in the
 * order in which they are given. That order is part of the contract.
 */
import type { ClusterId, IncarnationId, Operation, Refusal, RequestId, SyncMessage, SyncRefuse } from '@p2p/protocol';
import type { Actor, Command } from '../decide/commands.js';
import type { Sha256 } from '../digest.js';

export interface ReplicaOptions {
  readonly cluster: ClusterId;
  readonly slot: number;
  readonly incarnation: IncarnationId;
  /** All lines of tracker_info.txt, this one's included. */
  readonly slots: readonly number[];
  readonly sha256: Sha256;
}

/** A number of the shell's choice for a connection to another tracker. */
export type LinkId = number;
/** A number of the shell's choice for whoever waits for an answer. */
export type Ticket = number;

/** `now` is always the wall clock, ms. */
export type ReplicaInput =
  /** Once, before everything else. */
  | { readonly kind: 'started'; readonly now: number }
  | {
      readonly kind: 'request';
      readonly ticket: Ticket;
      readonly requestId: RequestId;
      readonly actor: Actor;
      readonly command: Command;
      readonly now: number;
    }
  /** A request that is known already: it is answered as its operation is. One that isn't is a bug, and throws. */
  | { readonly kind: 'attach'; readonly ticket: Ticket; readonly requestId: RequestId; readonly now: number }
  /** A connection whose key is the cluster's own. */
  | { readonly kind: 'link_opened'; readonly link: LinkId; readonly dialled: boolean; readonly now: number }
  | { readonly kind: 'link_message'; readonly link: LinkId; readonly message: ReplicatedMessage; readonly now: number }
  | { readonly kind: 'link_closed'; readonly link: LinkId; readonly now: number };

export type InputOf<K extends ReplicaInput['kind']> = Extract<ReplicaInput, { kind: K }>;

/** The messages that concern what is agreed on; presence and pings are the shell's. */
export type ReplicatedMessage = Extract<SyncMessage, { type: 'init' | 'sync' | 'vec' | 'refuse' }>;

export type ReplicaAnswer =
  | { readonly ok: true; readonly operation: Operation | undefined; readonly replicated: boolean }
  | Refusal;

export type ReplicaEffect =
  | { readonly kind: 'send'; readonly link: LinkId; readonly message: ReplicatedMessage }
  | { readonly kind: 'answer'; readonly ticket: Ticket; readonly answer: ReplicaAnswer }
  /** After what was sent before it has left. */
  | { readonly kind: 'close_link'; readonly link: LinkId }
  /** This link now carries all that either side knows. */
  | { readonly kind: 'linked'; readonly link: LinkId; readonly slot: number }
  | { readonly kind: 'unlinked'; readonly slot: number }
  /** The other side will not have us, or we not it; for the operator. */
  | {
      readonly kind: 'refused';
      readonly link: LinkId;
      readonly by: 'us' | 'them';
      readonly slot: number | undefined;
      readonly refusal: Omit<SyncRefuse, 'type'>;
    }
  /** These operations, one's own or others', are new in the state. Sessions and memberships may have ended. */
  | { readonly kind: 'changed'; readonly operations: readonly Operation[] };
