/**
 * All downloads of this client: what may be asked for when, which of them run and which wait for their turn or for
 * their user to log in again. Those of an earlier run are there as soon as their user is.
 */
import { type ErrorCode, type GroupId, type Refusal, type ReplyTo, refusal } from '@p2p/protocol';
import { Mutex } from 'async-mutex';
import type { Answer, DownloadStatus } from '../api.js';
import type { Explanation } from '../explanation.js';
import type { SwarmSubscriptions } from '../tracker-session/swarm-subscriptions.js';
import { type Destination, resolveDestination } from './destination.js';
import { Download } from './download.js';
import type { DownloadContext } from './download-context.js';
import { DownloadList } from './download-list.js';
import { DownloadQueue } from './download-queue.js';
import { isSameFile } from './download-target.js';
import { explanationOf } from './explain-download.js';
import { PartFile, placeFor } from './part-file.js';

export interface DownloadsOptions extends Omit<DownloadContext, 'changed' | 'checking'> {
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

/** In the list, and on its way to the disk. */
interface Placed {
  readonly download: Download;
  readonly remembered: Promise<unknown>;
}

/** The file is not this user's to have any more. */
const endsDownload: ReadonlySet<ErrorCode> = new Set(['no_such_group', 'not_a_member', 'no_such_file']);

export class Downloads {
  readonly #options: DownloadsOptions;
  readonly #context: DownloadContext;
  readonly #list = new DownloadList();
  /** Of the user who is logged in. */
  readonly #queue = new DownloadQueue();
  readonly #idleListeners = new Set<() => void>();
  /** Guards the way from the checks to the entry in the list. */
  readonly #starting = new Mutex();
  #user: string | undefined;
  #closed = false;

  constructor(options: DownloadsOptions) {
    this.#options = options;
    this.#context = { ...options, checking: new Mutex(), changed: (download) => this.#changed(download) };
  }

  /** Checks everything in the contract's order, and begins in the background; or goes on where an earlier one failed. */
  async start(request: DownloadRequest): Promise<Answer<{ group: string; file: string; bytes: number; path: string }>> {
    const { group, file, destination } = request;
    // A look at this machine, while the tracker is asked: what it says counts last.
    const [opened, resolved] = await Promise.all([
      this.#options.swarms.open(group, file),
      resolveDestination(destination, file),
    ]);
    if (!opened.ok) return opened;
    this.#options.wallet.put(opened.swarm.group, opened.swarm.grant);
    const placed = await this.#starting.runExclusive(() => this.#place(request, opened.swarm, resolved));
    if ('code' in placed) return placed;
    // Asked for is asked for, whatever becomes of this process. Those that are placed meanwhile are written with it.
    await placed.remembered;
    this.#listen(placed.download, opened.swarm);
    this.#runQueued();
    const { path, metadata } = placed.download.target;
    return { ok: true, result: { group, file, bytes: metadata.bytes, path } };
  }

  /** Those of the user who is logged in, else of the one who was last. */
  statuses(): DownloadStatus[] {
    return this.#list.shown().map((download) => download.status());
  }

  /** The download of the user's under these names, whatever has become of it. */
  named(group: string, file: string): Download | undefined {
    return this.#user === undefined ? undefined : this.#list.get({ user: this.#user, group, file });
  }

  /** How the download of this name stands, and why; undefined where there is none. */
  explain(group: string, file: string): Explanation | undefined {
    const download = this.named(group, file);
    return download && explanationOf(download, this.#options.swarms.lastHeard(download.id));
  }

  /** The download of this name is not to be offered to others. False where none is under way. */
  async stopSharing(group: string, file: string): Promise<boolean> {
    const download = this.named(group, file);
    if (download === undefined || !download.isUnderWay) return false;
    await download.stopSharing();
    return true;
  }

  /** Lets a download rest until it is told to go on. Undefined where none is under way. */
  async pause(group: string, file: string): Promise<Download | undefined> {
    const download = this.named(group, file);
    if (download === undefined || !download.isUnderWay) return undefined;
    if (download.state !== 'paused') await download.pause();
    return download;
  }

  /** Lets one go on that is paused, or has failed. Undefined where there is none. */
  async resume(group: string, file: string): Promise<Download | undefined> {
    const download = this.named(group, file);
    if (download === undefined || download.state === 'complete') return undefined;
    if (download.state === 'paused' || download.state === 'failed') await this.#resume(download);
    return download;
  }

  /** Ends one that is under way, or could go on. Undefined where there is none. */
  async cancel(group: string, file: string): Promise<Download | undefined> {
    const download = this.named(group, file);
    if (download === undefined || !(download.isUnderWay || download.isKept)) return undefined;
    this.#list.remove(download);
    this.#review(download);
    await download.cancel();
    return download;
  }

  /** Downloads that run at a time. Those that are too many go back into the queue. */
  setMaxRunning(count: number): void {
    this.#queue.setMaxRunning(count);
    this.#runQueued();
  }

  /** Who is logged in: the downloads of everybody else wait. */
  setUser(user: string | undefined): void {
    if (this.#user === user) return;
    this.#user = user;
    for (const download of this.#list.all()) {
      if (!download.isUnderWay || download.user === user) continue;
      if (download.state !== 'paused') void download.suspend();
      this.#options.swarms.forget(download.id);
    }
    if (user !== undefined) {
      for (const kept of this.#options.kept.of(user)) {
        if (this.#list.get(kept.record) === undefined) this.#list.put(new Download(kept, this.#context));
      }
      this.#list.show(user);
    }
    // Those of others, and of nobody, move no further.
    this.#queue.clear();
    for (const download of this.#list.all()) this.#review(download);
    this.refresh();
    this.#tellIfIdle();
  }

  /** An account got another name by a merge. */
  renameUser(from: string, to: string): void {
    this.#list.renameUser(from, to);
    void this.#options.kept.renameUser(from, to);
    if (this.#user === from) this.#user = to;
  }

  /** Opens the swarms of all downloads under way: another tracker, or another log-in, knows nothing of them. */
  refresh(): void {
    for (const download of this.#list.all()) {
      if (download.isActive && download.user === this.#user) void this.#reopen(download);
    }
  }

  /** The user has nothing to look for in this group any more. */
  endGroup(group: GroupId, reason: Refusal): void {
    for (const download of this.#list.all()) {
      if (download.target.metadata.group === group) void download.fail(reason);
    }
  }

  /** Resolves when none is queued or downloading; false where that takes longer than `timeoutMs`. */
  whenIdle(timeoutMs: number | undefined): Promise<boolean> {
    if (this.#queue.isEmpty) return Promise.resolve(true);
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

  /** Leaves all of them as they are, for the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#list.all().map((download) => download.close()));
  }

  async #place(
    { group, file }: DownloadRequest,
    swarm: ReplyTo<'open_swarm'>,
    destination: Destination,
  ): Promise<Placed | Refusal> {
    const former = this.named(group, file);
    if (former?.isUnderWay) return refusal('already_exists', 'this download is under way');
    const path = await this.#checkPath(destination);
    const user = this.#user;
    if (typeof path !== 'string' || user === undefined) {
      this.#options.swarms.leave(swarm.file);
      return typeof path === 'string' ? refusal('not_logged_in') : path;
    }
    if (former?.isKept && former.target.path === path && isSameFile(former.target.metadata, swarm)) {
      return { download: former, remembered: former.resume() };
    }
    const { bytes, pieceLength, root } = swarm;
    const metadata = { group: swarm.group, file: swarm.file, root, bytes, pieceLength };
    const order = former?.order ?? this.#options.kept.nextOrder();
    await former?.forget();
    const record = { user, group, file, metadata, ...placeFor(path), state: 'queued', sharing: true, order } as const;
    const download = new Download({ record, progress: undefined }, this.#context);
    this.#list.put(download);
    this.#review(download);
    return { download, remembered: download.remember() };
  }

  async #checkPath(destination: Destination): Promise<string | Refusal> {
    if (!destination.ok) return destination;
    const { path } = destination;
    if (this.#list.underWayTo(path) === undefined) return (await PartFile.probe(path)) ?? path;
    return refusal('destination_exists', `another download is on its way to ${path}`);
  }

  /** What is known of the peers serves until a tracker has said more. */
  async #resume(download: Download): Promise<void> {
    await download.resume();
    void this.#reopen(download);
    this.#runQueued();
  }

  #listen(download: Download, swarm: ReplyTo<'open_swarm'>): void {
    this.#options.swarms.listen(swarm, {
      replace: (peers) => download.replacePeers(peers),
      change: (joined, left) => download.changePeers(joined, left),
    });
  }

  async #reopen(download: Download): Promise<void> {
    const { group, file } = download.target;
    const opened = await this.#options.swarms.open(group, file);
    if (!download.isActive || download.user !== this.#user) return;
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
    if (!this.#closed) this.#queue.fill();
  }

  #changed(download: Download): void {
    this.#review(download);
    this.#options.changed(download.status());
    if (download.isActive) return;
    this.#options.swarms.leave(download.id);
    this.#runQueued();
    this.#tellIfIdle();
  }

  /** Its state may be another one now. */
  #review(download: Download): void {
    this.#list.review(download);
    if (download.isActive && download.user === this.#user && this.#list.has(download)) this.#queue.add(download);
    else this.#queue.delete(download);
  }

  #tellIfIdle(): void {
    if (this.#queue.isEmpty) for (const listener of this.#idleListeners) listener();
  }
}
