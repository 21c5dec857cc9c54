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
  RequestId,
  SessionId,
  Stamp,
  UserId,
} from '@p2p/protocol';
import type { Outcome } from './apply/outcome.js';
import { NestedTable, Table, UndoLog } from './table.js';

export interface User {
  readonly id: UserId;
  readonly name: string;
  /** The name that was asked for, where a merge had to give another. */
  readonly renamedFrom?: string;
  /** PHC string of the password's memory-hard hash. */
  readonly credential: string;
  /** The request that set the credential. A session counts only while it was checked against this version. */
  readonly credentialVersion: RequestId;
}

export interface Session {
  readonly id: SessionId;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly credentialVersion: RequestId;
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

export interface State {
  readonly users: Table<UserId, User>;
  readonly userNames: Table<string, UserId>;
  readonly sessions: Table<SessionId, Session>;
  readonly groups: Table<GroupId, Group>;
  readonly groupNames: Table<string, GroupId>;
  /** By group, then user. */
  readonly members: NestedTable<Member>;
  /** Who asked to join and waits for an answer; by group, then user. */
  readonly requests: NestedTable<Stamp>;
  readonly files: Table<FileId, SharedFile>;
  /** By group, then name. */
  readonly fileNames: NestedTable<FileId>;
  /** The current incarnation of each slot. */
  readonly slots: Table<number, IncarnationId>;
  /** What each request came to: it acts once, however many trackers took it. */
  readonly outcomes: Table<RequestId, Outcome>;
  readonly undo: UndoLog;
}

/** The state before the first operation. */
export function emptyState(): State {
  const undo = new UndoLog();
  return {
    users: new Table(undo),
    userNames: new Table(undo),
    sessions: new Table(undo),
    groups: new Table(undo),
    groupNames: new Table(undo),
    members: new NestedTable(undo),
    requests: new NestedTable(undo),
    files: new Table(undo),
    fileNames: new NestedTable(undo),
    slots: new Table(undo),
    outcomes: new Table(undo),
    undo,
  };
}
