/**
 * All downloads of this client: what may be asked for when, which of them run and which wait for their turn or for
 * their user to log in again.
 */
import { type ErrorCode, type GroupId, MAX_RUNNING_DOWNLOADS, type Refusal, refusal } from '@p2p/protocol';
import { Mutex } from 'async-mutex';
import type { Answer, DownloadStatus } from '../api.js';
import type { SwarmSubscriptions } from '../tracker-session/swarm-subscriptions.js';
import { resolveDestination } from './destination.js';
import { Download, type DownloadContext, type DownloadTarget } from './download.js';
import { PartFile } from './part-file.js';

export interface DownloadsOptions extends Omit<DownloadContext, 'changed'> {
  readonly swarms: SwarmSubscriptions;
  /** A download's state has changed, or there is progress to tell. */
  readonly changed: (status: DownloadStatus) => void;
}

export interface DownloadRequest {
  readonly group: string;
  readonly file: string;
  /** Absolute; see {@link resolveDestination}. */
  readonly destination: string;
}

/** The file is not this user's to have any more. */
const endsDownload: ReadonlySet<ErrorCode> = new Set(['no_such_group', 'not_a_member', 'no_such_file']);

const isUnderWay = (download: Download): boolean => download.state === 'queued' || download.state === 'downloading';

export class Downloads {
  readonly #options: DownloadsOptions;
  /** By group and name, in the order in which they were first asked for. */
  readonly #byName = new Map<string, Download>();
  readonly #idleListeners = new Set<() => void>();
  /** Guards the way from the checks to the entry in the list. */
  readonly #starting = new Mutex();
  #user: string | undefined;
  #closed = false;

  constructor(options: DownloadsOptions) {
    this.#options = options;
  }

  /** Checks everything in the contract's order, and begins in the background. */
  async start(request: DownloadRequest): Promise<Answer<{ group: string; file: string; bytes: number; path: string }>> {
    const opened = await this.#options.swarms.open(request.group, request.file);
    if (!opened.ok) return opened;
    this.#options.wallet.put(opened.swarm.group, opened.swarm.grant);
    return this.#starting.runExclusive(async () => {
      const download = await this.#place(request, opened.swarm);
      if ('code' in download) return download;
      this.#runQueued();
      const { path, swarm } = download.target;
      return { ok: true, result: { group: request.group, file: request.file, bytes: swarm.bytes, path } };
    });
  }

  statuses(): DownloadStatus[] {
    return [...this.#byName.values()].map((download) => download.status());
  }

  /** The download of this name is not to be offered to others. False where none is under way. */
  stopSharing(group: string, file: string): boolean {
    const download = this.#byName.get(nameKey(group, file));
    if (download === undefined || !isUnderWay(download)) return false;
    download.stopSharing();
    return true;
  }

  /** Who is logged in: the downloads of everybody else wait. */
  setUser(user: string | undefined): void {
    if (this.#user === user) return;
    this.#user = user;
    for (const download of this.#byName.values()) {
      if (!isUnderWay(download) || download.user === user) continue;
      download.suspend();
      this.#options.swarms.forget(download.id);
    }
    this.refresh();
  }

  /** An account got another name by a merge. */
  renameUser(from: string, to: string): void {
    for (const download of this.#byName.values()) if (download.user === from) download.user = to;
    if (this.#user === from) this.#user = to;
  }

  /** Opens the swarms of all downloads under way: another tracker, or another log-in, knows nothing of them. */
  refresh(): void {
    for (const download of this.#byName.values()) {
      if (isUnderWay(download) && download.user === this.#user) void this.#reopen(download);
    }
  }

  /** The user has nothing to look for in this group any more. */
  endGroup(group: GroupId, reason: Refusal): void {
    for (const download of this.#byName.values()) {
      if (download.target.swarm.group === group) void download.fail(reason);
    }
  }

  /** Resolves when none is queued or downloading; false where that takes longer than `timeoutMs`. */
  whenIdle(timeoutMs: number | undefined): Promise<boolean> {
    if (this.#isIdle()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (idle: boolean): void => {
        clearTimeout(timer);
        this.#idleListeners.delete(onIdle);
        resolve(idle);
      };
      const onIdle = (): void => settle(true);
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => settle(false), timeoutMs);
      this.#idleListeners.add(onIdle);
    });
  }

  /** Ends all; temporary files are gone when this resolves. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#byName.values()].map((download) => download.close()));
  }

  async #place(request: DownloadRequest, swarm: DownloadTarget['swarm']): Promise<Download | Refusal> {
    const key = nameKey(request.group, request.file);
    const former = this.#byName.get(key);
    if (former !== undefined && isUnderWay(former)) return refusal('already_exists', 'this download is under way');
    const path = await this.#checkPath(request);
    const user = this.#user;
    if (typeof path !== 'string' || user === undefined) {
      this.#options.swarms.leave(swarm.file);
      return typeof path === 'string' ? refusal('not_logged_in') : path;
    }
    const { group, file } = request;
    const download = new Download(user, { group, file, swarm, path }, { ...this.#options, changed: this.#changed });
    this.#byName.set(key, download);
    this.#listen(download, swarm);
    return download;
  }

  async #checkPath({ destination, file }: DownloadRequest): Promise<string | Refusal> {
    const resolved = await resolveDestination(destination, file);
    if (!resolved.ok) return resolved;
    const { path } = resolved;
    const isTaken = [...this.#byName.values()].some((other) => isUnderWay(other) && other.target.path === path);
    if (isTaken) return refusal('destination_exists', `another download is on its way to ${path}`);
    return (await PartFile.probe(path)) ?? path;
  }

  #listen(download: Download, swarm: DownloadTarget['swarm']): void {
    this.#options.swarms.listen(swarm, {
      replace: (peers) => download.replacePeers(peers),
      change: (joined, left) => download.changePeers(joined, left),
    });
  }

  async #reopen(download: Download): Promise<void> {
    const { group, file } = download.target;
    const opened = await this.#options.swarms.open(group, file);
    if (!isUnderWay(download) || download.user !== this.#user) return;
    if (!opened.ok) {
      // Other refusals pass: what is known of the peers serves meanwhile.
      if (endsDownload.has(opened.code)) await download.fail(opened);
    } else if (opened.swarm.file === download.id) {
      this.#options.wallet.put(opened.swarm.group, opened.swarm.grant);
      this.#listen(download, opened.swarm);
      this.#runQueued();
    } else {
      this.#options.swarms.leave(opened.swarm.file);
      await download.fail(refusal('no_such_file', `another file is called ${file} now`));
    }
  }

  #runQueued(): void {
    const all = [...this.#byName.values()];
    let room = MAX_RUNNING_DOWNLOADS - all.filter(({ state }) => state === 'downloading').length;
    for (const download of all) {
      if (room <= 0 || this.#closed) return;
      if (download.state !== 'queued' || download.user !== this.#user) continue;
      room--;
      void download.run();
    }
  }

  readonly #changed = (download: Download): void => {
    this.#options.changed(download.status());
    if (isUnderWay(download)) return;
    this.#options.swarms.leave(download.id);
    this.#runQueued();
    if (this.#isIdle()) for (const listener of this.#idleListeners) listener();
  };

  #isIdle(): boolean {
    return ![...this.#byName.values()].some(isUnderWay);
  }
}

function nameKey(group: string, file: string): string {
  return `${group}/${file}`;
}
