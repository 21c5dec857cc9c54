/**
 * A model of this machine's own line, by which blocks are sent when the queue is short, rather than when others have
 * acknowledged: their word comes back through lines as busy as this one. How fast it is, is told by blocks that left
 * one right after the other for the same downloader, and arrive as far apart by its clock as the narrowest place on the
 * way keeps them. Where blocks arrive later or earlier than the model has it, it follows them.
 */
import { Throughput } from './throughput.js';

/** How far the rate follows each sample. */
const RATE_WEIGHT = 0.1;
/** How far the queue follows all that is under way at a time, which has left by the same mistake. */
const QUEUE_WEIGHT = 0.5;
/** One block may be late because its receiver was busy; the queue is longer where all are within one to two of these. */
const LATE_SPAN_MS = 100;
/** Clocks tell whole ms, and blocks are read in bunches: less time says little. */
const SAMPLE_MS = 8;
/** What is acknowledged is counted over spans of this length: the line is at least as fast. */
const SPAN_MS = 1_000;

export class Line {
  #rate = 0;
  #sampleBytes = 0;
  #sampleMs = 0;
  readonly #delivered = new Throughput(SPAN_MS);
  #freeAtMs = 0;
  /** Bytes that joined the queue before anything was known, and when the first of them did. */
  #earlyBytes = 0;
  #earlySinceMs = 0;
  /** The least lateness of this span, and of the one before. */
  #lateNowMs = 0;
  #lateBeforeMs = 0;
  #lateSinceMs = 0;

  /** Bytes per ms; 0 as long as nothing is known. */
  get bytesPerMs(): number {
    return this.#rate === 0 ? 0 : Math.max(this.#rate, this.#delivered.bytesPerMs);
  }

  /** How long a byte would wait that joined the queue now. */
  queueMs(nowMs: number): number {
    return this.bytesPerMs === 0 ? 0 : Math.max(0, this.#freeAtMs - nowMs);
  }

  /** Bytes join the queue. What is returned tells after how long the last of them leaves, by all that is known then. */
  join(bytes: number, nowMs: number): () => number {
    if (this.bytesPerMs === 0) return this.#joinEarly(bytes, nowMs);
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + bytes / this.bytesPerMs;
    const leavesMs = this.#freeAtMs - nowMs;
    return () => leavesMs;
  }

  /** Else what the first bytes wait for each other would be taken for a part of the way for good. */
  #joinEarly(bytes: number, nowMs: number): () => number {
    if (this.#earlyBytes === 0) this.#earlySinceMs = nowMs;
    this.#earlyBytes += bytes;
    const upToHere = this.#earlyBytes;
    return () => (this.#rate === 0 ? 0 : Math.max(0, this.#earlySinceMs + upToHere / this.#rate - nowMs));
  }

  /** So many bytes came so long after the block before them, right behind which they had left. */
  follow(bytes: number, gapMs: number): void {
    this.#sampleBytes += bytes;
    this.#sampleMs += Math.max(0, gapMs);
    if (this.#sampleMs < SAMPLE_MS) return;
    const rate = this.#sampleBytes / this.#sampleMs;
    if (this.#rate === 0) this.#freeAtMs = this.#earlySinceMs + this.#earlyBytes / rate;
    this.#rate += (rate - this.#rate) * (this.#rate === 0 ? 1 : RATE_WEIGHT);
    this.#sampleBytes = 0;
    this.#sampleMs = 0;
  }

  /** Blocks have waited longer than expected by so much, or less where it is negative; `part` of all under way. */
  correct(lateMs: number, { part, nowMs }: { part: number; nowMs: number }): void {
    if (nowMs - this.#lateSinceMs > LATE_SPAN_MS) {
      this.#lateBeforeMs = nowMs - this.#lateSinceMs > 2 * LATE_SPAN_MS ? lateMs : this.#lateNowMs;
      this.#lateNowMs = lateMs;
      this.#lateSinceMs = nowMs;
    }
    this.#lateNowMs = Math.min(this.#lateNowMs, lateMs);
    const surelyLateMs = Math.max(0, Math.min(this.#lateNowMs, this.#lateBeforeMs));
    this.#freeAtMs += Math.min(lateMs, surelyLateMs) * QUEUE_WEIGHT * part;
  }

  /** So many bytes were acknowledged by anybody. */
  acknowledge(bytes: number, nowMs: number): void {
    this.#delivered.arrive(bytes, nowMs);
  }
}
