/**
 * One download from the command to the file under its final name: its state, its progress, its temporary file, and its
 * place in the library while and after it is fetched.
 */
import type { DeviceId, FileId, Refusal, ReplyTo, SwarmPeer } from '@p2p/protocol';
import { refusal } from '@p2p/protocol';
import { Mutex } from 'async-mutex';
import type { DownloadState, DownloadStatus } from '../api.js';
import type { Library } from '../library/library.js';
import type { Shares } from '../library/shares.js';
import { SourceFile } from '../sharing/byte-source.js';
import type { FileStamp } from '../sharing/file-stamp.js';
import type { OpenFiles } from '../sharing/open-files.js';
import type { SharedContent } from '../sharing/shared-content.js';
import { FileFetch } from './file-fetch.js';
import type { GrantWallet } from './grant-wallet.js';
import { PacedCall } from './paced-call.js';
import { PartFile } from './part-file.js';
import type { PeerLinks } from './peer-links.js';
import { RateMeter } from './rate-meter.js';

/** Progress is told at most this often. */
const PROGRESS_INTERVAL_MS = 500;

/** Nobody is dialled there: a client reaches itself without a socket. */
const NO_ADDRESS = { host: 'localhost', port: 1 };

/** What all downloads of a client have in common. */
export interface DownloadContext {
  /** This client's own device. */
  readonly self: DeviceId;
  readonly library: Library;
  readonly shares: Pick<Shares, 'addFetched'>;
  readonly links: Pick<PeerLinks, 'claim'>;
  readonly wallet: GrantWallet;
  readonly files: OpenFiles;
  readonly giveUpMs: number | undefined;
  readonly random: () => number;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** The state has changed, or there is progress to tell. */
  readonly changed: (download: Download) => void;
}

export interface DownloadTarget {
  readonly group: string;
  readonly file: string;
  readonly swarm: ReplyTo<'open_swarm'>;
  /** Final name, absolute. */
  readonly path: string;
}

export class Download {
  readonly target: DownloadTarget;
  /** Whose download it is. A merge may give the account another name. */
  user: string;
  readonly #context: DownloadContext;
  readonly #peers = new Map<DeviceId, SwarmPeer>();
  readonly #rate: RateMeter;
  readonly #tell: PacedCall;
  /** Guards what spans several awaits: preparing, finishing, failing and closing. */
  readonly #ending = new Mutex();
  #state: DownloadState = 'queued';
  #error: Refusal | undefined;
  #done = 0;
  #part: PartFile | undefined;
  #fetch: FileFetch | undefined;
  #releaseGrant: (() => void) | undefined;
  #content: SharedContent | undefined;
  #sharing = true;
  #closed = false;
  #giveUp: NodeJS.Timeout | undefined;

  constructor(user: string, target: DownloadTarget, context: DownloadContext) {
    this.user = user;
    this.target = target;
    this.#context = context;
    this.#rate = new RateMeter(context.now);
    this.#tell = new PacedCall(PROGRESS_INTERVAL_MS, () => context.changed(this));
  }

  get state(): DownloadState {
    return this.#state;
  }

  get id(): FileId {
    return this.target.swarm.file;
  }

  status(): DownloadStatus {
    const { group, file, swarm, path } = this.target;
    return {
      group,
      file,
      state: this.#state,
      bytes: swarm.bytes,
      done: this.#done,
      bytesPerSecond: this.#state === 'downloading' ? this.#rate.read() : 0,
      peers: this.#fetch?.peerCount ?? 0,
      path,
      root: swarm.root,
      ...(this.#error === undefined ? {} : { error: { code: this.#error.code, message: this.#error.message } }),
    };
  }

  replacePeers(peers: readonly SwarmPeer[]): void {
    this.#peers.clear();
    for (const peer of [...peers, ...this.#ownCopy()]) this.#peers.set(peer.device, peer);
    this.#fetch?.replacePeers([...this.#peers.values()]);
  }

  changePeers(joined: readonly SwarmPeer[], left: readonly DeviceId[]): void {
    for (const device of left) this.#peers.delete(device);
    for (const peer of joined) this.#peers.set(peer.device, peer);
    this.#fetch?.changePeers(joined, left);
  }

  /** Begins or goes on. */
  async run(): Promise<void> {
    if (this.#state !== 'queued') return;
    this.#become('downloading');
    this.#armGiveUp();
    const refused = await this.#ending.runExclusive(() => this.#prepare());
    if (refused !== undefined) await this.fail(refused);
    else if (this.state === 'downloading' && !this.#closed) this.#startFetch();
  }

  /** Back into the queue; what is verified stays. */
  suspend(): void {
    if (this.#state !== 'downloading') return;
    this.#letGo();
    this.#become('queued');
  }

  /** Ends it, unless it has ended. The temporary file is gone when this resolves. */
  fail(reason: Refusal): Promise<void> {
    return this.#ending.runExclusive(async () => {
      if (!this.#hasEnded()) await this.#endFailed(reason);
    });
  }

  /** What is fetched is not offered to others, neither now nor when it is whole. */
  stopSharing(): void {
    this.#sharing = false;
  }

  /** Ends it with the program: nothing is told any more. */
  close(): Promise<void> {
    return this.#ending.runExclusive(async () => {
      clearTimeout(this.#giveUp);
      this.#tell.cancel();
      const hadEnded = this.#hasEnded();
      this.#closed = true;
      if (!hadEnded) await this.#discard();
    });
  }

  /** This client itself, where it shares the whole file already: asked like any other, so that all is verified. */
  #ownCopy(): SwarmPeer[] {
    const { self, library } = this.#context;
    const shared = library.servable(this.target.swarm.group, this.target.swarm.root);
    return shared?.content.complete ? [{ device: self, address: NO_ADDRESS, complete: true, reachable: true }] : [];
  }

  async #prepare(): Promise<Refusal | undefined> {
    if (this.#part !== undefined || this.#hasEnded()) return undefined;
    const created = await PartFile.create(this.target.path);
    if ('code' in created) return created;
    this.#part = created;
    return undefined;
  }

  #startFetch(): void {
    const { links, wallet, random, now } = this.#context;
    const { group } = this.target.swarm;
    this.#releaseGrant = wallet.use(group);
    const fetch = new FileFetch({
      file: this.target.swarm,
      part: this.#part as PartFile,
      links,
      random,
      now,
      handlers: {
        begun: (content) => {
          this.#content = content;
        },
        verified: (byteCount) => this.#progress(byteCount),
        fetched: () => void this.#finish(),
        failed: (refused) => void this.fail(refused),
        notAllowed: () => wallet.doubt(group),
      },
    });
    this.#fetch = fetch;
    fetch.start([...this.#peers.values()], this.#content);
  }

  #progress(byteCount: number): void {
    this.#done += byteCount;
    this.#rate.add(byteCount);
    this.#armGiveUp();
    this.#share();
    this.#tell.request();
  }

  /** Every piece is written: moves the file under its final name, then tells. */
  #finish(): Promise<void> {
    return this.#ending.runExclusive(async () => {
      if (this.#hasEnded()) return;
      const { files } = this.#context;
      const { path } = this.target;
      const published = await this.#part?.publish();
      if (published === undefined) throw new Error('a fetch has ended without its file');
      if (!published.ok) return this.#endFailed(published);
      await files.forget(path);
      this.#content?.finish(new SourceFile(path, published.stamp, files));
      await this.#part?.close();
      this.#letGo();
      await this.#shareWhole(published.stamp);
      this.#become('complete');
    });
  }

  async #shareWhole(stamp: FileStamp): Promise<void> {
    const { user } = this;
    const { group: groupName, file: name, swarm, path } = this.target;
    if (!this.#sharing || this.#content === undefined) return;
    const share = { id: swarm.file, group: swarm.group, groupName, name, user, path };
    await this.#context.shares.addFetched(share, stamp, this.#content);
  }

  /** A whole copy that is shared already is not replaced by one in the making. */
  #share(): void {
    const { library } = this.#context;
    const content = this.#content;
    const shared = library.get(this)?.content;
    if (!this.#sharing || content === undefined || shared === content || shared?.complete) return;
    const { user } = this;
    const { group, file, swarm } = this.target;
    library.put({ id: swarm.file, group: swarm.group, groupName: group, name: file, user, root: swarm.root, content });
  }

  async #endFailed(reason: Refusal): Promise<void> {
    this.#error = reason;
    // Known before anything is waited for, so that nothing begins meanwhile.
    this.#state = 'failed';
    await this.#discard();
    this.#become('failed');
  }

  async #discard(): Promise<void> {
    this.#letGo();
    const { library } = this.#context;
    if (library.get(this)?.content === this.#content) library.remove(this);
    await this.#part?.discard();
    this.#part = undefined;
  }

  #letGo(): void {
    this.#fetch?.close();
    this.#fetch = undefined;
    this.#releaseGrant?.();
    this.#releaseGrant = undefined;
  }

  #armGiveUp(): void {
    const { giveUpMs } = this.#context;
    clearTimeout(this.#giveUp);
    if (giveUpMs === undefined || this.#hasEnded()) return;
    this.#giveUp = setTimeout(() => void this.fail(this.#whyNothingComes()), giveUpMs);
  }

  #whyNothingComes(): Refusal {
    const fetch = this.#fetch;
    if (fetch === undefined || fetch.bannedCount === 0 || fetch.peerCount > 0) return refusal('no_peers');
    return refusal('verification_failed', 'everybody who answered sent something else than the file');
  }

  #become(state: DownloadState): void {
    this.#state = state;
    if (this.#hasEnded()) clearTimeout(this.#giveUp);
    this.#tell.now();
  }

  #hasEnded(): boolean {
    return this.#closed || this.#state === 'complete' || this.#state === 'failed';
  }
}
