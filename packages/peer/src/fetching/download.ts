/**
 * One download from the command to the file under its final name: its state, its fetch while it runs, and its place in
 * the library while and after it is fetched. What it has on the disk is the matter of its {@link PartProgress}.
 */
import { type DeviceId, type FileId, type Refusal, refusal, type SwarmPeer } from '@p2p/protocol';
import { Mutex } from 'async-mutex';
import type { DownloadState, DownloadStatus } from '../api.js';
import type { DownloadRecord } from '../library/download-records.js';
import type { KeptDownload } from '../library/kept-library.js';
import { SourceFile } from '../sharing/byte-source.js';
import type { FileStamp } from '../sharing/file-stamp.js';
import type { DownloadContext } from './download-context.js';
import { DownloadRun } from './download-run.js';
import { type DownloadTarget, shareOf } from './download-target.js';
import type { DownloadReport } from './explain-download.js';
import { KnownPeers } from './known-peers.js';
import { PacedCall } from './paced-call.js';
import { PartProgress } from './part-progress.js';

/** Progress is told at most this often. */
const PROGRESS_INTERVAL_MS = 500;

export class Download {
  readonly target: DownloadTarget;
  /** Its place in the list. */
  readonly order: number;
  /** Whose download it is. A merge may give the account another name. */
  user: string;
  readonly #context: DownloadContext;
  readonly #progress: PartProgress;
  readonly #peers: KnownPeers;
  readonly #tell: PacedCall;
  /** Guards what spans several awaits: beginning, resting, finishing, failing. */
  readonly #turn = new Mutex();
  #state: DownloadState;
  #error: Refusal | undefined;
  #run: DownloadRun | undefined;
  #sharing: boolean;
  /** Ended, or paused, in an earlier run. */
  #isEarlier: boolean;
  /** Breaks off what is being prepared; undefined while it doesn't run. */
  #running: AbortController | undefined;
  #closed = false;

  constructor({ record, progress }: KeptDownload, context: DownloadContext) {
    const { user, group, file, metadata, path, partPath } = record;
    this.user = user;
    this.order = record.order;
    this.target = { group, file, metadata, path, partPath };
    this.#state = record.state;
    this.#error = record.error && refusal(record.error.code, record.error.message);
    this.#sharing = record.sharing;
    this.#isEarlier = record.state !== 'queued';
    this.#context = context;
    this.#tell = new PacedCall(PROGRESS_INTERVAL_MS, () => context.changed(this));
    const { kept, trees, checking, hashing } = context;
    const options = { target: this.target, user: () => this.user, kept, trees, checking, hashing };
    this.#peers = new KnownPeers(metadata, context.self, context.library);
    this.#progress = new PartProgress(options, progress);
  }

  get state(): DownloadState {
    return this.#state;
  }

  get id(): FileId {
    return this.target.metadata.file;
  }

  /** Whether it waits for its turn, or runs. */
  get isActive(): boolean {
    return this.#state === 'queued' || this.#state === 'downloading';
  }

  /** Whether it may still come to its end without being asked for again. */
  get isUnderWay(): boolean {
    return this.isActive || this.#state === 'paused';
  }

  /** Whether it takes one of the places of those that run. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Whether it could go on where it failed. */
  get isKept(): boolean {
    return this.#state === 'failed' && this.#progress.done > 0;
  }

  status(): DownloadStatus {
    const { group, file, metadata, path } = this.target;
    return {
      group,
      file,
      state: this.#state,
      bytes: metadata.bytes,
      done: this.#state === 'complete' ? metadata.bytes : this.#progress.done,
      bytesPerSecond: this.#run?.bytesPerSecond ?? 0,
      peers: this.#run?.peerCount ?? 0,
      path,
      root: metadata.root,
      ...(this.#error === undefined ? {} : { error: { code: this.#error.code, message: this.#error.message } }),
      ...(this.#isEarlier ? { earlier: true } : {}),
    };
  }

  /** How its fetch stands while it runs; and verified bytes by the device that they came from, over all runs. */
  report(): DownloadReport {
    return { fetch: this.#run?.report(), sources: this.#progress.sources };
  }

  replacePeers(peers: readonly SwarmPeer[]): void {
    this.#peers.replace(peers);
    this.#run?.replacePeers(this.#peers.all());
  }

  changePeers(joined: readonly SwarmPeer[], left: readonly DeviceId[]): void {
    this.#peers.change(joined, left);
    this.#run?.changePeers(joined, left);
  }

  /** Begins or goes on. What lies on the disk from an earlier run is checked first, in state `queued`. */
  async run(): Promise<void> {
    if (this.#state !== 'queued' || this.#running !== undefined || this.#closed) return;
    const running = new AbortController();
    this.#running = running;
    if (this.#progress.done === 0) this.#become('downloading');
    await this.#turn.runExclusive(() => this.#begin(running.signal));
  }

  /** Back into the queue; what is verified stays. Resolves when nothing of it is open any more. */
  suspend(): Promise<void> {
    return this.#halt('queued');
  }

  /** Until it is told to go on. Resolves when that is remembered. */
  async pause(): Promise<void> {
    await this.#halt('paused');
    await this.remember();
  }

  /** Into the queue, also where it has failed. Resolves when that is remembered. */
  async resume(): Promise<void> {
    this.#error = undefined;
    this.#isEarlier = false;
    this.#become('queued');
    await this.remember();
  }

  /** Ends it, unless it has ended. */
  fail(reason: Refusal): Promise<void> {
    this.#running?.abort();
    return this.#turn.runExclusive(async () => {
      if (!this.#hasEnded()) await this.#endFailed(reason);
    });
  }

  /** Ends it without its file, and without an error: nothing has gone wrong. Nothing is left of it. */
  async cancel(): Promise<void> {
    this.#error = undefined;
    await this.forget();
    this.#become('failed');
  }

  /** Nothing of it is left but the file under its final name, where that is there. */
  forget(): Promise<void> {
    this.#letGo();
    return this.#turn.runExclusive(async () => {
      if (this.#state !== 'complete') await this.#progress.discard();
      await this.#context.kept.forget(this.#name);
    });
  }

  /** What is fetched is not offered to others, neither now nor when it is whole. */
  async stopSharing(): Promise<void> {
    this.#sharing = false;
    await this.remember();
  }

  /** Leaves it as it is, for another run: nothing is told any more. */
  close(): Promise<void> {
    this.#closed = true;
    this.#letGo();
    return this.#turn.runExclusive(async () => {
      this.#tell.cancel();
      if (this.#state !== 'complete') await this.#progress.rest();
    });
  }

  /** Writes down what it is. True when that is on disk. */
  remember(): Promise<boolean> {
    const state = this.#state === 'downloading' ? 'queued' : this.#state;
    const record: DownloadRecord = {
      ...this.target,
      ...{ user: this.user, state, sharing: this.#sharing, order: this.order },
      ...(this.#error === undefined ? {} : { error: { code: this.#error.code, message: this.#error.message } }),
    };
    return this.#context.kept.save(record);
  }

  get #name() {
    return { user: this.user, group: this.target.group, file: this.target.file };
  }

  #halt(state: 'queued' | 'paused'): Promise<void> {
    this.#letGo();
    if (this.#state !== state) this.#become(state);
    return this.#turn.runExclusive(async () => {
      // It may be about to run again.
      if (!this.isRunning) await this.#progress.rest();
    });
  }

  async #begin(signal: AbortSignal): Promise<void> {
    // What a former run had open.
    await this.#progress.rest();
    if (signal.aborted) return;
    const stamp = await this.#progress.published();
    if (stamp !== undefined) return await this.#endWhole(stamp);
    const refused = await this.#progress.open(signal);
    if (signal.aborted) return await this.#progress.rest();
    if (refused !== undefined) return await this.#endFailed(refused);
    if (this.#state !== 'downloading') this.#become('downloading');
    // Whoever is told of that may have stopped it.
    if (!signal.aborted) this.#startRun();
  }

  #startRun(): void {
    const run = new DownloadRun({
      target: this.target,
      progress: this.#progress,
      context: this.#context,
      sharer: () => (this.#sharing ? this.user : undefined),
      handlers: {
        advanced: () => this.#tell.request(),
        fetched: () => void this.#finish(run),
        failed: (reason) => void this.fail(reason),
      },
    });
    this.#run = run;
    run.start(this.#peers.all());
  }

  /** Every piece is written: moves the file under its final name, then tells. */
  #finish(run: DownloadRun): Promise<void> {
    return this.#turn.runExclusive(async () => {
      if (this.#run !== run || this.#hasEnded()) return;
      const published = await this.#progress.publish();
      if (published.ok) await this.#endWhole(published.stamp);
      else await this.#endFailed(published);
    });
  }

  async #endWhole(stamp: FileStamp): Promise<void> {
    const { files, shares } = this.#context;
    const { path } = this.target;
    await files.forget(path);
    const content = await this.#progress.finished(new SourceFile(path, stamp, files));
    this.#run?.finish();
    this.#run = undefined;
    this.#running = undefined;
    const isShared = content !== undefined && this.#sharing;
    this.#state = 'complete';
    // Written down together.
    await Promise.all([
      isShared ? shares.addFetched(shareOf(this.target, this.user), stamp, content) : undefined,
      this.remember(),
    ]);
    this.#become('complete');
  }

  async #endFailed(reason: Refusal): Promise<void> {
    this.#letGo();
    this.#error = reason;
    // Known before anything is waited for, so that nothing begins meanwhile.
    this.#state = 'failed';
    this.#tell.cancel();
    if (await this.#progress.isWorthKeeping(reason)) await this.#progress.rest();
    else await this.#progress.discard();
    await this.remember();
    this.#become('failed');
  }

  #letGo(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#run?.close();
    this.#run = undefined;
  }

  #become(state: DownloadState): void {
    this.#state = state;
    this.#tell.now();
  }

  #hasEnded(): boolean {
    return this.#closed || this.#state === 'complete' || this.#state === 'failed';
  }
}
