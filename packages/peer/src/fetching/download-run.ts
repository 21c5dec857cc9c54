/**
 * One run of a download: fetches from the peers that a tracker names until the file is whole, or the run is closed; and
 * offers to others what is verified.
 */
import { type DeviceId, type FileId, type Refusal, refusal, type SwarmPeer } from '@p2p/protocol';
import { Rate } from '@p2p/swarm';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { Library } from '../library/library.js';
import type { RateLimiter } from '../sharing/rate-limiter.js';
import type { DownloadTarget } from './download-target.js';
import { type FetchReport, FileFetch } from './file-fetch.js';
import type { GrantWallet } from './grant-wallet.js';
import type { PartProgress } from './part-progress.js';
import type { PeerLinks } from './peer-links.js';

/** What all runs of a client have in common. */
export interface RunContext {
  readonly library: Library;
  readonly links: Pick<PeerLinks, 'claim'>;
  readonly hashing: HashingPool;
  readonly wallet: GrantWallet;
  /** A run that gets nothing of use for this long has failed; undefined: never. */
  readonly giveUpMs: number | undefined;
  /** A file's own limit, as it is by now. */
  readonly limiterOf?: (file: FileId) => RateLimiter | undefined;
  readonly random: () => number;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export interface DownloadRunOptions {
  readonly target: DownloadTarget;
  /** Its part file is open. */
  readonly progress: PartProgress;
  readonly context: RunContext;
  /** Under whose name it is offered to others; undefined: it isn't. */
  readonly sharer: () => string | undefined;
  readonly handlers: {
    /** A piece is verified and written. */
    advanced(): void;
    /** Every piece is. */
    fetched(): void;
    failed(reason: Refusal): void;
  };
}

export class DownloadRun {
  readonly #options: DownloadRunOptions;
  readonly #rate: Rate;
  readonly #fetch: FileFetch;
  readonly #releaseGrant: () => void;
  #giveUp: NodeJS.Timeout | undefined;
  #gettingReady: NodeJS.Immediate | undefined;

  constructor(options: DownloadRunOptions) {
    const { target, progress, context, handlers } = options;
    const { links, hashing, wallet, random, now, limiterOf } = context;
    const { metadata } = target;
    const { part, lastHad } = progress;
    if (part === undefined) throw new Error('a run needs a file to write to');
    this.#options = options;
    this.#rate = new Rate(now());
    this.#releaseGrant = wallet.use(metadata.group);
    this.#fetch = new FileFetch({
      ...{ file: metadata, part, lastHad, links, hashing, random, now },
      limiter: () => limiterOf?.(metadata.file),
      handlers: {
        begun: (content) => {
          progress.begin(content);
          // Known to others before there is anything: they link, and get what comes as it comes.
          this.#share();
        },
        arrived: () => void this.#giveUp?.refresh(),
        verified: (from, byteCount) => this.#advance(from, byteCount),
        fetched: () => handlers.fetched(),
        failed: (reason) => handlers.failed(reason),
        notAllowed: () => wallet.doubt(metadata.group),
      },
    });
    progress.setLastHad(() => this.#fetch.lastHad());
  }

  start(peers: readonly SwarmPeer[]): void {
    const { progress, context } = this.#options;
    this.#armGiveUp();
    this.#share();
    this.#fetch.start(peers, progress.content);
    // While peers are dialled: it takes a few milliseconds of this thread as well.
    this.#gettingReady = setImmediate(() => context.hashing.getReady());
  }

  report(): FetchReport {
    return this.#fetch.report();
  }

  get peerCount(): number {
    return this.#fetch.peerCount;
  }

  get bytesPerSecond(): number {
    return this.#rate.read(this.#options.context.now());
  }

  replacePeers(peers: readonly SwarmPeer[]): void {
    this.#fetch.replacePeers(peers);
  }

  changePeers(joined: readonly SwarmPeer[], left: readonly DeviceId[]): void {
    this.#fetch.changePeers(joined, left);
  }

  /** Lets go of all peers; nothing is offered to others any more. */
  close(): void {
    this.finish();
    const { context, progress, sharer, target } = this.#options;
    const { library } = context;
    const user = sharer();
    if (user === undefined) return;
    const shared = library.get({ id: target.metadata.file, user });
    if (shared !== undefined && shared.content === progress.content) library.remove(shared);
  }

  /** Lets go of all peers. What is offered stays so. */
  finish(): void {
    clearTimeout(this.#giveUp);
    this.#giveUp = undefined;
    clearImmediate(this.#gettingReady);
    this.#fetch.close();
    this.#releaseGrant();
  }

  #advance(from: DeviceId, byteCount: number): void {
    this.#options.progress.credit(from, byteCount);
    this.#rate.add(byteCount);
    this.#giveUp?.refresh();
    this.#share();
    this.#options.handlers.advanced();
  }

  /** A whole copy that is shared already is not replaced by one in the making. */
  #share(): void {
    const { context, progress, sharer, target } = this.#options;
    const { library } = context;
    const { content } = progress;
    const user = sharer();
    // Of what has no parts nobody could be given one.
    if (user === undefined || content === undefined || content.geometry.pieceCount <= 1) return;
    const { group: groupName, file: name, metadata } = target;
    const { file: id, group, root } = metadata;
    const shared = library.get({ id, user })?.content;
    if (shared === content || shared?.complete) return;
    library.put({ id, group, groupName, name, user, root, content });
  }

  #armGiveUp(): void {
    const { context, handlers } = this.#options;
    if (context.giveUpMs === undefined) return;
    this.#giveUp = setTimeout(() => handlers.failed(this.#whyNothingComes()), context.giveUpMs);
  }

  #whyNothingComes(): Refusal {
    // Others who fetch it are there too, and have as little.
    if (this.#fetch.bannedCount === 0 || this.#fetch.hasSource) return refusal('no_peers');
    return refusal('verification_failed', 'everybody who answered sent something else than the file');
  }
}
