/**
 * What goes into a replica and what comes out. A replica decides, a shell performs: it carries out the effects in the
 * order in which they are given. That order is part of the contract.
 */
import type {
  ClusterId,
  EncodedOperation,
  FoldMark,
  IncarnationId,
  Operation,
  OperationKind,
  Refusal,
  RequestId,
  SessionId,
  SyncMessage,
  SyncRefuse,
} from '@p2p/protocol';
import type { Actor, Command } from '../decide/commands.js';
import type { Sha256 } from '../digest.js';
import type { RowChange } from '../rows.js';
import type { State } from '../state.js';
import type { OperatorCommand } from './operator-commands.js';

export interface ReplicaOptions {
  readonly cluster: ClusterId;
  readonly slot: number;
  /** All lines of tracker_info.txt, this one's included. */
  readonly slots: readonly number[];
  readonly sha256: Sha256;
  /** An incarnation of this slot that never was before. */
  readonly freshIncarnation: () => IncarnationId;
}

/** All that a replica is made of, as it lies on the disk: what is folded, and the operations behind that. */
export interface ReplicaBase {
  readonly incarnation: IncarnationId;
  /** The folded operations alone. The replica takes it over and goes on with it. */
  readonly state: State;
  readonly mark: FoldMark;
  /** Flushed, in the order of the journal. */
  readonly tail: readonly EncodedOperation[];
}

/** A number of the shell's choice for a connection to another tracker. */
export type LinkId = number;
/** A number of the shell's choice for whoever waits for an answer. */
export type Ticket = number;

/** `now` is always the wall clock, ms. */
export type ReplicaInput =
  /** Once, before everything else. */
  | { readonly kind: 'started'; readonly now: number }
  /** Once, when the others have been asked what was missed, or don't answer: clients come from now on. */
  | { readonly kind: 'ready'; readonly now: number }
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
  /** A session is in use. Nobody waits for an answer. */
  | { readonly kind: 'session_in_use'; readonly session: SessionId; readonly now: number }
  /** Whoever runs this tracker wants something done. */
  | { readonly kind: 'operate'; readonly ticket: Ticket; readonly command: OperatorCommand; readonly now: number }
  /** Everything up to the `persist` with this `upTo` survives whatever happens to this machine. */
  | { readonly kind: 'flushed'; readonly upTo: number; readonly now: number }
  /** A connection whose key is the cluster's own. */
  | { readonly kind: 'link_opened'; readonly link: LinkId; readonly dialled: boolean; readonly now: number }
  | { readonly kind: 'link_message'; readonly link: LinkId; readonly message: ReplicatedMessage; readonly now: number }
  /** What was sent over this link has left, or nearly: there is room for more. Due after each `send` that `isBulk`. */
  | { readonly kind: 'link_ready'; readonly link: LinkId; readonly now: number }
  | { readonly kind: 'link_closed'; readonly link: LinkId; readonly now: number }
  /** A slice of what need not be done at once; due for as long as {@link Replica.hasWork}, between other inputs. */
  | { readonly kind: 'work'; readonly now: number };

export type InputOf<K extends ReplicaInput['kind']> = Extract<ReplicaInput, { kind: K }>;

/** The messages that concern what is agreed on; presence, requests to dial, keys, failed log-ins and pings are the shell's. */
export type ReplicatedMessage = Exclude<
  SyncMessage,
  { type: 'presence' | 'dial' | 'keys' | 'attempts' | 'ping' | 'pong' }
>;

export type ReplicaAnswer =
  | {
      readonly ok: true;
      /** Which operation carries the request out; undefined where nothing had to be changed. */
      readonly done: OperationKind | undefined;
      /**
       * True: every tracker has it on its disk, and it can't come to anything else any more. False: this one and all
       * that it reaches have it on their disks.
       */
      readonly replicated: boolean;
    }
  | Refusal;

export type ReplicaEffect =
  /** Append to the journal, in this order. `upTo`: operations persisted by this replica so far, these included. */
  | { readonly kind: 'persist'; readonly operations: readonly EncodedOperation[]; readonly upTo: number }
  /** Append to the folded state. Need not be flushed soon: until it is, the journal has the same. */
  | { readonly kind: 'fold'; readonly rows: readonly RowChange[]; readonly mark: FoldMark }
  /** `isBulk`: there is more, which waits for `link_ready`. */
  | { readonly kind: 'send'; readonly link: LinkId; readonly message: ReplicatedMessage; readonly isBulk: boolean }
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
  | { readonly kind: 'changed'; readonly operations: readonly Operation[] }
  /**
   * The last effect of this replica. Close all links, make the base durable in place of all that was kept so far, then
   * make a new replica of it and give it the requests that have not been answered.
   */
  | { readonly kind: 'rejoin'; readonly base: ReplicaBase };

/** The folded state in slices, while nothing is folded onto it. End it, or nothing is ever folded again. */
export interface Checkpoint {
  readonly mark: FoldMark;
  /** The next rows, about `limit` of them; undefined when all have been given. A row may come twice. */
  next(limit: number): RowChange[] | undefined;
  end(): void;
}
