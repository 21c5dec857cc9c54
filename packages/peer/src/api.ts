/**
 * What a client can do, without a face: the shell, a page or a program of one's own all speak to this. Every method
 * that a person can call answers with a value; a refusal is a value too. Nothing here throws but on a bug.
 */
import type { ErrorCode, PeerAddress, Refusal, TrackerEntry } from '@p2p/protocol';
import type { Explanation } from './explanation.js';

export type Answer<T> = { readonly ok: true; readonly result: T } | Refusal;

export interface PeerOptions {
  /** Made where it is missing, mode 0700; locked while the peer is open. */
  readonly dataDirectory: string;
  readonly trackers: readonly TrackerEntry[];
  /** SHA-256 of the cluster's public key, 64 hex digits; undefined: trusted on first use and remembered. */
  readonly clusterFingerprint: string | undefined;
  /** What this device is called in `list_devices`; by default the machine's own name. What can't be shown is left out. */
  readonly deviceName?: string;
  /** The tracker to try first, by number; 1 where nothing is said. */
  readonly firstTracker: number;
  /** Where other peers reach this client. Port 0: the port that was bound. */
  readonly advertise: PeerAddress | { readonly host: string; readonly port: 0 };
  /** Where the listening socket is bound. */
  readonly bind: { readonly host: string; readonly port: number };
  /** Bytes per second, 0 for no limit. */
  readonly uploadLimit: number;
  readonly downloadLimit: number;
  /** A download that gets nothing of use for this long fails with `no_peers`; undefined: never. */
  readonly giveUpMs: number | undefined;
}

/**
 * Why a peer could not be opened, in a sentence for a person: a taken port, a bad key file. `locked`: a running client
 * holds the data directory; another one may be free.
 */
export type Opened<P> =
  | { readonly ok: true; readonly peer: P }
  | { readonly ok: false; readonly reason: 'locked' | 'other'; readonly message: string };

export type DownloadState = 'queued' | 'downloading' | 'paused' | 'complete' | 'failed';

export interface DownloadStatus {
  readonly group: string;
  readonly file: string;
  readonly state: DownloadState;
  readonly bytes: number;
  /** Verified bytes. */
  readonly done: number;
  readonly bytesPerSecond: number;
  /** Peers connected for this download. */
  readonly peers: number;
  /** Where the file will lie, or lies, under its final name. */
  readonly path: string;
  readonly root: string;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
  /** It ended, or was paused, in an earlier run of the client, and has rested since. */
  readonly earlier?: true;
}

/** What became of a download that was told to rest, to go on or to end. */
export interface DownloadAnswer {
  readonly group: string;
  readonly file: string;
  readonly state: DownloadState;
}

export type LimitDirection = 'up' | 'down';

/** Bytes per second, 0 for no limit. */
export type RateLimitsRow = Readonly<Record<LimitDirection, number>>;

export interface Replicated {
  readonly replicated: boolean;
}

export interface GroupRow {
  readonly group: string;
  readonly owners: readonly string[];
  readonly members: number;
  readonly member: boolean;
  readonly requested: boolean;
}

export interface FileRow {
  readonly file: string;
  readonly bytes: number;
  readonly root: string;
  readonly sharers: number;
  readonly by: string;
}

export interface TrackerRow {
  readonly number: number;
  /** host:port as in tracker_info.txt. */
  readonly address: string;
  readonly reachable: boolean;
  /** Whether this client is connected to it now. */
  readonly current: boolean;
  readonly linked: readonly number[];
  /** Null where it was not reachable. */
  readonly operations: number | null;
  readonly digest: string | null;
}

/** A device on which the user is logged in. */
export interface DeviceRow {
  /** 64 hex digits. */
  readonly device: string;
  /** Null where it gave none. */
  readonly name: string | null;
  /** ISO 8601, UTC. Known to the hour; of a device that is online it is now. */
  readonly lastSeen: string;
  /** Whether it is this one. */
  readonly current: boolean;
}

/** What a merge had to rename. */
export interface ConflictRow {
  readonly kind: 'user' | 'group' | 'file';
  /** The name that was asked for. */
  readonly from: string;
  /** The name that it got. */
  readonly to: string;
  /** When the name was asked for: ISO 8601, UTC. */
  readonly at: string;
  /** The group of a file. */
  readonly group?: string;
}

export type PeerEvent =
  /** Connected to this tracker. `lost`: the number of the one that was lost before, if one was. */
  | { readonly event: 'tracker'; readonly number: number; readonly state: 'connected'; readonly lost?: number }
  /** No tracker answers; the peer goes on trying. */
  | { readonly event: 'tracker'; readonly number: number; readonly state: 'lost' }
  | ({ readonly event: 'download' } & DownloadStatus)
  /** Progress of hashing before a file is shared. */
  | { readonly event: 'hashing'; readonly path: string; readonly done: number; readonly bytes: number }
  /** One calm line for a person. */
  | { readonly event: 'notice'; readonly message: string };

export interface UploadOptions {
  /** What the file is to be called; by default the path's last component. */
  readonly name?: string | undefined;
  /** Whether all of it is read and hashed, though it was shared before and the system says that it is the same. */
  readonly verify?: boolean;
}

/** An open client. Names are what a person typed; they are checked (`invalid_name`) before anything else happens. */
export interface Peer {
  createUser(user: string, password: string): Promise<Answer<{ user: string } & Replicated>>;
  /** `renamedFrom`: the name that was typed, where a merge has given the account another. */
  login(
    user: string,
    password: string,
  ): Promise<Answer<{ user: string; tracker: number; renamedFrom?: string } & Replicated>>;
  logout(): Promise<Answer<Replicated>>;
  whoami(): Promise<Answer<{ user: string; tracker: number }>>;
  changePassword(oldPassword: string, newPassword: string): Promise<Answer<Replicated>>;
  listDevices(): Promise<Answer<{ devices: DeviceRow[] }>>;
  /** `device`: a device's id, or its first 8 hex digits or more where no other one begins so. */
  revokeDevice(device: string): Promise<Answer<{ device: string } & Replicated>>;

  createGroup(group: string): Promise<Answer<{ group: string } & Replicated>>;
  joinGroup(group: string): Promise<Answer<{ group: string } & Replicated>>;
  leaveGroup(group: string): Promise<Answer<{ group: string } & Replicated>>;
  deleteGroup(group: string): Promise<Answer<{ group: string } & Replicated>>;
  listRequests(group: string): Promise<Answer<{ requests: { user: string }[] }>>;
  acceptRequest(group: string, user: string): Promise<Answer<{ group: string; user: string } & Replicated>>;
  rejectRequest(group: string, user: string): Promise<Answer<{ group: string; user: string } & Replicated>>;
  removeMember(group: string, user: string): Promise<Answer<{ group: string; user: string } & Replicated>>;
  addOwner(group: string, user: string): Promise<Answer<{ group: string; user: string } & Replicated>>;
  removeOwner(group: string, user: string): Promise<Answer<{ group: string; user: string } & Replicated>>;
  listGroups(): Promise<Answer<{ groups: GroupRow[] }>>;
  listMembers(group: string): Promise<Answer<{ members: { user: string; owner: boolean; online: boolean }[] }>>;

  /** `path` is absolute. */
  uploadFile(
    path: string,
    group: string,
    options?: UploadOptions,
  ): Promise<Answer<{ group: string; file: string; bytes: number; root: string } & Replicated>>;
  listFiles(group: string): Promise<Answer<{ files: FileRow[] }>>;
  /** `destination` is absolute; a directory, or what ends in a separator, gets the file's name. */
  downloadFile(
    group: string,
    file: string,
    destination: string,
  ): Promise<Answer<{ group: string; file: string; bytes: number; path: string }>>;
  showDownloads(): Answer<{ downloads: DownloadStatus[] }>;
  /** It lets go of its peers and of its place among those that run; what is verified stays. */
  pauseDownload(group: string, file: string): Promise<Answer<DownloadAnswer>>;
  /** Also one that has failed: what was verified before it did is not fetched twice. */
  resumeDownload(group: string, file: string): Promise<Answer<DownloadAnswer>>;
  /** It is `failed` then, without an error since nothing has gone wrong, and not shown any more. */
  cancelDownload(group: string, file: string): Promise<Answer<DownloadAnswer>>;
  explain(group: string, file: string): Promise<Answer<Explanation>>;
  /** Until no download is queued or downloading; `timed_out` after `seconds`. */
  wait(seconds?: number): Promise<Answer<{ complete: number; failed: number }>>;
  stopShare(group: string, file: string): Promise<Answer<{ group: string; file: string }>>;
  removeFile(group: string, file: string): Promise<Answer<{ group: string; file: string } & Replicated>>;

  /** Bytes per second of all transfers together, at once and until the client closes; 0: no limit. */
  limit(direction: LimitDirection, bytesPerSecond: number): Answer<RateLimitsRow>;

  /** In addition, that of one file which this client shares or fetches. */
  limitFile(
    direction: LimitDirection,
    bytesPerSecond: number,
    names: { readonly group: string; readonly file: string },
  ): Promise<Answer<{ group: string; file: string } & RateLimitsRow>>;
  /** Downloads that run at a time, until the client closes; 0, or more than there may be: as many as there may be. */
  limitRunning(downloads: number): Answer<{ running: number }>;

  trackers(): Promise<Answer<{ trackers: TrackerRow[] }>>;
  /** Oldest first; of files only those in groups that the user is a member of. */
  listConflicts(): Promise<Answer<{ conflicts: ConflictRow[] }>>;

  /** Where other peers reach this client. */
  readonly address: PeerAddress;
  /** Calls `listener` for every event from now on; the returned function ends it. */
  onEvent(listener: (event: PeerEvent) => void): () => void;
  /** Stops sharing and downloading, says goodbye to the tracker, frees the data directory. Idempotent. */
  close(): Promise<void>;
}
