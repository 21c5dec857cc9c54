/**
 * How far a download is, on this machine's disk: its part file, the pieces of it that are verified, and the record of
 * them that outlives the process. What is recorded is on disk; what isn't may be there as well, and is looked for.
 */
import { type DeviceId, type ErrorCode, REMEMBER_PIECES_AFTER_MS, type Refusal } from '@p2p/protocol';
import {
  Bitfield,
  type ContentTree,
  geometryOf,
  type HeldRun,
  type PieceGeometry,
  type ReadonlyBitfield,
} from '@p2p/swarm';
import { Mutex } from 'async-mutex';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { ProgressRecord } from '../library/download-records.js';
import type { KeptDownloads } from '../library/kept-downloads.js';
import type { Trees } from '../library/trees.js';
import type { ByteSource } from '../sharing/byte-source.js';
import type { FileStamp, KeptStamp } from '../sharing/file-stamp.js';
import { SharedContent } from '../sharing/shared-content.js';
import type { DownloadTarget } from './download-target.js';
import { PartFile, type Published, stampIfPublished } from './part-file.js';
import { piecesIn } from './piece-check.js';

export interface PartProgressOptions {
  readonly target: DownloadTarget;
  /** Whose download it is now. */
  readonly user: () => string;
  readonly kept: KeptDownloads;
  readonly trees: Pick<Trees, 'get'>;
  /** One check of what lies on a disk at a time. */
  readonly checking: Mutex;
  readonly hashing: HashingPool;
}

/** What may pass by itself, or with a little help. */
const passes: ReadonlySet<ErrorCode> = new Set(['disk_full', 'no_peers', 'destination_unwritable', 'limit_reached']);

export class PartProgress {
  readonly #options: PartProgressOptions;
  readonly #geometry: PieceGeometry;
  readonly #sources: Map<DeviceId, number>;
  /** Who had last what is missing. */
  #lastHad: () => readonly HeldRun[];
  readonly #saving = new Mutex();
  /** What was verified before the present run; what the content says counts where there is one. */
  #pieces: ReadonlyBitfield;
  #stamp: KeptStamp | null;
  #part: PartFile | undefined;
  #content: SharedContent | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PartProgressOptions, found: ProgressRecord | undefined) {
    const { bytes, pieceLength } = options.target.metadata;
    this.#options = options;
    this.#geometry = geometryOf(bytes, pieceLength);
    this.#pieces = found?.pieces ?? new Bitfield(this.#geometry.pieceCount);
    this.#stamp = found?.stamp ?? null;
    this.#sources = new Map(found?.sources);
    const lastHad = found?.lastHad.map(([peer, first, end]): HeldRun => ({ peer, run: [first, end] })) ?? [];
    this.#lastHad = () => lastHad;
  }

  /** Verified bytes. */
  get done(): number {
    const { pieceCount, pieceLength, bytes } = this.#geometry;
    const { count } = this.#verified;
    const lastIsShort = pieceCount > 0 && this.#verified.has(pieceCount - 1);
    return count * pieceLength - (lastIsShort ? pieceCount * pieceLength - bytes : 0);
  }

  /** Verified bytes by the device that they came from. */
  get sources(): ReadonlyMap<DeviceId, number> {
    return this.#sources;
  }

  /** Who had last what is missing, in a few runs. */
  get lastHad(): readonly HeldRun[] {
    return this.#lastHad();
  }

  /** A run knows from now on. It is asked whenever something is recorded, for the last time after its end. */
  setLastHad(lastHad: () => readonly HeldRun[]): void {
    this.#lastHad = lastHad;
  }

  get part(): PartFile | undefined {
    return this.#part;
  }

  /** Undefined as long as the pieces' hashes are not known. */
  get content(): SharedContent | undefined {
    return this.#content;
  }

  /** Undefined as long as the pieces' hashes are not known. */
  get #tree(): ContentTree | undefined {
    return this.#options.trees.get(this.#options.target.metadata);
  }

  get #verified(): ReadonlyBitfield {
    return this.#content?.pieces ?? this.#pieces;
  }

  /**
   * What tells that the file under the final name is the one of this download: an earlier run ended between moving it
   * there and saying so. Undefined where it isn't.
   */
  async published(): Promise<FileStamp | undefined> {
    if (this.#stamp === null || !this.#pieces.isFull) return undefined;
    return await stampIfPublished(this.#options.target, this.#stamp);
  }

  /** Opens the part file, and makes sure of what lies in it. `signal` breaks that off; then nothing is open. */
  async open(signal: AbortSignal): Promise<Refusal | undefined> {
    const opened = await PartFile.open(this.#options.target);
    if (!opened.ok) return opened;
    this.#part = opened.part;
    if (!opened.found) this.#forget();
    const tree = this.#tree;
    if (!opened.found || tree === undefined) return undefined;
    if (this.#stamp === null || !(await opened.part.isAsKept(this.#stamp))) {
      const { checking, hashing } = this.#options;
      const found = await checking.runExclusive(() => piecesIn(opened.part, { tree, hashing, signal }));
      if (found === undefined) return await this.rest();
      this.#pieces = found;
    }
    this.#fill(SharedContent.partial(tree, opened.part, this.#pieces));
    return undefined;
  }

  /** The pieces' hashes have come: they are recorded at once, the pieces as they come. */
  begin(content: SharedContent): void {
    this.#fill(content);
    if (content.tree.layer.length > 0) void this.save();
  }

  /** A piece has come from this device. */
  credit(from: DeviceId, byteCount: number): void {
    this.#sources.set(from, (this.#sources.get(from) ?? 0) + byteCount);
  }

  /** Flushes the part file, then records what is in it. Of where the file can't be flushed nothing is recorded. */
  save(): Promise<void> {
    this.#stopTimer();
    return this.#saving.runExclusive(async () => {
      const content = this.#content;
      // Taken before the flush: what is verified later may not be on disk with it.
      const pieces = content?.pieces.clone();
      const stamp = await this.#part?.flush();
      if (pieces !== undefined && stamp !== undefined) await this.#record(stamp, pieces);
    });
  }

  /** Moves the whole file under its final name. What is recorded before tells a later run that it was ours. */
  async publish(): Promise<Published> {
    const [part, content] = [this.#part, this.#content];
    if (part === undefined || content === undefined) throw new Error('a fetch has ended without its file');
    this.#stopTimer();
    // One flush for both: with ten thousand small files it is flushes that take the time.
    return await this.#saving.runExclusive(() => part.publish((stamp) => this.#record(stamp, content.pieces.clone())));
  }

  /** Whether a download that fails for this reason could go on: something is verified, and would be found again. */
  async isWorthKeeping({ code }: Refusal): Promise<boolean> {
    return passes.has(code) && this.done > 0 && (this.#part === undefined || (await this.#part.isInPlace()));
  }

  /** Lets go of the part file, which stays. What is verified is recorded. */
  async rest(): Promise<undefined> {
    await this.#part?.settled();
    await this.save();
    this.#pieces = this.#verified;
    this.#content = undefined;
    await this.#part?.close();
    this.#part = undefined;
  }

  /** The file lies under its final name: there it is read from now on. Undefined where its hashes are not known. */
  async finished(source: ByteSource): Promise<SharedContent | undefined> {
    this.#stopTimer();
    const tree = this.#tree;
    this.#content?.finish(source);
    await this.#part?.close();
    return this.#content ?? (tree && SharedContent.whole(tree, source));
  }

  /** Removes the part file, and what is known of it. */
  async discard(): Promise<void> {
    this.#stopTimer();
    await this.#saving.waitForUnlock();
    const { kept, target, user } = this.#options;
    await (this.#part ?? (await PartFile.find(target)))?.discard();
    this.#part = undefined;
    this.#content = undefined;
    this.#forget();
    await kept.forgetProgress({ user: user(), group: target.group, file: target.file });
  }

  #fill(content: SharedContent): void {
    this.#content = content;
    content.onPiece(() => {
      this.#timer ??= setTimeout(() => void this.save(), REMEMBER_PIECES_AFTER_MS);
    });
  }

  #forget(): void {
    this.#pieces = new Bitfield(this.#geometry.pieceCount);
    this.#stamp = null;
    this.#sources.clear();
    this.#lastHad = () => [];
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #record(stamp: KeptStamp, pieces: Bitfield): Promise<void> {
    const { kept, target, user } = this.#options;
    const content = this.#content;
    if (content === undefined) return;
    this.#stamp = stamp;
    const name = { user: user(), group: target.group, file: target.file };
    const lastHad = this.lastHad.map(({ peer, run: [first, end] }) => [peer as DeviceId, first, end] as const);
    await kept.saveProgress(name, { stamp, pieces, sources: [...this.#sources], lastHad }, content.tree);
  }
}
