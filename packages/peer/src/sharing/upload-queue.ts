/**
 * What one downloader has asked for and not yet got: its channels take turns, run by run, so that a small file doesn't
 * wait for a large one. Pure; the sending is upload-pump.ts.
 */
import { MAX_OUTSTANDING_BLOCKS } from '@p2p/protocol';

/** One run of bytes to send next. */
export interface Run {
  readonly channel: number;
  readonly request: number;
  readonly start: number;
  readonly end: number;
}

interface QueuedRequest {
  readonly request: number;
  /** What is left, in order: `[start, end)`. */
  readonly ranges: [start: number, end: number][];
}

export class UploadQueue {
  /** Channels with something to send, in order of their next turn. */
  readonly #byChannel = new Map<number, QueuedRequest[]>();
  #requestCount = 0;

  /** False where too many requests wait already. */
  add(channel: number, request: number, ranges: readonly (readonly [number, number])[]): boolean {
    if (this.#requestCount >= MAX_OUTSTANDING_BLOCKS) return false;
    const queue = this.#byChannel.get(channel) ?? [];
    queue.push({ request, ranges: ranges.map(([start, end]) => [start, end]) });
    this.#byChannel.set(channel, queue);
    this.#requestCount++;
    return true;
  }

  /** Forgets what is left of a request. */
  cancel(channel: number, request: number): void {
    const queue = this.#byChannel.get(channel) ?? [];
    const at = queue.findIndex((queued) => queued.request === request);
    if (at !== -1) this.#drop(channel, queue, at);
  }

  closeChannel(channel: number): void {
    this.#requestCount -= this.#byChannel.get(channel)?.length ?? 0;
    this.#byChannel.delete(channel);
  }

  /** Takes the next run of at most `maxBytes`, of the channel whose turn it is; undefined where nothing is left. */
  take(maxBytes: number): Run | undefined {
    const [turn] = this.#byChannel;
    if (turn === undefined) return undefined;
    const [channel, queue] = turn;
    const first = queue[0];
    const range = first?.ranges[0];
    if (first === undefined || range === undefined) throw new Error('an empty request waits');
    const start = range[0];
    const end = Math.min(range[1], start + maxBytes);
    range[0] = end;
    if (range[0] === range[1]) first.ranges.shift();
    this.#byChannel.delete(channel);
    this.#byChannel.set(channel, queue);
    if (first.ranges.length === 0) this.#drop(channel, queue, 0);
    return { channel, request: first.request, start, end };
  }

  #drop(channel: number, queue: QueuedRequest[], at: number): void {
    queue.splice(at, 1);
    this.#requestCount--;
    if (queue.length === 0) this.#byChannel.delete(channel);
  }
}
