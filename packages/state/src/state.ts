/**
 * What the trackers agree on, as tables of immutable rows. Rows name each other by id; names are looked up in tables
 * of their own. An entity that is gone leaves its row behind, marked: that is what makes every operation on it
 * idempotent for ever.
 */
import type {
  ContentRoot,
  DeviceId,
  FileId,
  GroupId,
  IncarnationId,
  OperationKind,
  RequestId,
  SessionId,
  Stamp,
  UserId,
  Vector,
} from '@p2p/protocol';
import type { Outcome } from './apply/outcome.js';
import { NestedTable, Table, WriteLog } from './table.js';

export interface User {
  readonly id: UserId;
  readonly name: string;
  /** The name that was asked for, where a merge had to give another. */
  readonly renamedFrom?: string;
  /** PHC string of the password's memory-hard hash. */
  readonly credential: string;
  /** The request that set the credential. A session counts only while it was checked against this version. */
  readonly credentialVersion: RequestId;
  /** The credential was set by whoever runs a tracker, and the user has not changed it since. */
  readonly isReset?: true;
}

export interface Session {
  readonly id: SessionId;
  readonly user: UserId;
  readonly device: DeviceId;
  /** What the device called itself at the log-in. */
  readonly deviceName?: string | undefined;
  readonly credentialVersion: RequestId;
  /** Of the log-in. */
  readonly opened: Stamp;
  /** Wall clock, ms: when it was in use last, as far as that was noted. */
  readonly seen: number;
  /** Wall clock, ms. */
  readonly expires: number;
  readonly closed: boolean;
}

export interface Group {
  readonly id: GroupId;
  readonly name: string;
  readonly renamedFrom?: string;
  readonly ended: boolean;
}

export interface Member {
  readonly owner: boolean;
  /** When the membership began: the longest member inherits a group that lost its owners. */
  readonly since: Stamp;
}

export interface SharedFile {
  readonly id: FileId;
  readonly group: GroupId;
  readonly name: string;
  readonly renamedFrom?: string;
  readonly by: UserId;
  readonly bytes: number;
  readonly pieceLength: number;
  readonly root: ContentRoot;
  readonly removed: boolean;
  /** Set where two trackers took the same content under the same name at once: the file that this one became. */
  readonly sameAs?: FileId;
  /** The other end of {@link sameAs}. */
  readonly aliases: readonly FileId[];
}

/**
 * Who has a tracker's slot. Greetings that didn't know of each other stand beside each other, whatever their order, until
 * one of a later one replaces them: all of them are waited for.
 */
export interface Slot {
  /** Those that have greeted and were not replaced: mostly one. */
  readonly incarnations: readonly IncarnationId[];
  /** Requests by which somebody was to begin anew who hasn't greeted since. */
  readonly vacancies: readonly RequestId[];
  /** Without any of these, nobody is waited for. */
  readonly retired: boolean;
  /** All operations that this rests on: nobody's acknowledgement counts who lacks one. */
  readonly since: Vector;
}

/** What a request came to, and which operation it was: a device that uses its id for another one is found out. */
export interface RequestRecord {
  readonly kind: OperationKind;
  readonly outcome: Outcome;
}

/** A name that a merge had to change. */
export interface Conflict {
  readonly kind: 'user' | 'group' | 'file';
  readonly from: string;
  readonly to: string;
  /** Of the operation that asked for the name. */
  readonly at: Stamp;
  /** The group of a file. */
  readonly group?: GroupId;
}

export interface State {
  readonly users: Table<UserId, User>;
  readonly userNames: Table<string, UserId>;
  /** Renamed accounts by the name that was asked for, then by id. */
  readonly formerUserNames: NestedTable<UserId>;
  readonly sessions: Table<SessionId, Session>;
  /** The sessions of each user, closed ones too; by user, then session. */
  readonly userSessions: NestedTable<SessionId>;
  readonly groups: Table<GroupId, Group>;
  readonly groupNames: Table<string, GroupId>;
  /** By group, then user. */
  readonly members: NestedTable<Member>;
  /** Who asked to join and waits for an answer; by group, then user. */
  readonly requests: NestedTable<Stamp>;
  readonly files: Table<FileId, SharedFile>;
  /** By group, then name. */
  readonly fileNames: NestedTable<FileId>;
  /** By the id of what was renamed. */
  readonly conflicts: Table<string, Conflict>;
  readonly slots: Table<number, Slot>;
  /** What each request came to: it acts once, however many trackers took it. */
  readonly outcomes: Table<RequestId, RequestRecord>;
  /** Requests of a device with a counter below this are forgotten, see outcomes.ts. */
  readonly forgotten: Table<DeviceId, number>;
  readonly log: WriteLog;
}

/** The state before the first operation. */
export function emptyState(): State {
  const log = new WriteLog();
  const table = <K extends string | number, V>(name: keyof State) => new Table<K, V>({ name, outer: null }, log);
  const nested = <V>(name: keyof State) => new NestedTable<V>(name, log);
  return {
    users: table('users'),
    userNames: table('userNames'),
    formerUserNames: nested('formerUserNames'),
    sessions: table('sessions'),
    userSessions: nested('userSessions'),
    groups: table('groups'),
    groupNames: table('groupNames'),
    members: nested('members'),
    requests: nested('requests'),
    files: table('files'),
    fileNames: nested('fileNames'),
    conflicts: table('conflicts'),
    slots: table('slots'),
    outcomes: table('outcomes'),
    forgotten: table('forgotten'),
    log,
  };
}
