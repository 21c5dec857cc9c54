/**
 * A {@link Connection} without a socket, for tests and embedding: two ends in one process. Frames arrive by microtask
 * and stay with the sender, counted as buffered, until the receiver takes them.
 */
import { FRAME_HEADER_BYTES, type FrameMemory, type ViolationCode } from '@p2p/protocol';
import { CloseDeadline } from './close-deadline.js';
import type { CloseReason, Connection, ConnectionHandlers, Remote } from './connection.js';
import { FrameQueue } from './frame-queue.js';
import { SilenceWatch } from './silence-watch.js';

/** What a frame is overwritten with after its handler has returned, so that keeping a view of it shows in a test. */
const STALE_BYTE = 0xdb;

/** A socket would give it in parts. */
const LARGE_FRAME_BYTES = 64 * 1024;

/** Two connected ends: the first one belongs to `a` and has `b` as its remote, the second one the other way round. */
export function memoryPair(a: Remote, b: Remote): [Connection, Connection] {
  const fromA = new FrameQueue();
  const fromB = new FrameQueue();
  return [new MemoryConnection(b, fromB, fromA), new MemoryConnection(a, fromA, fromB)];
}

class MemoryConnection implements Connection {
  readonly remote: Remote;
  readonly #incoming: FrameQueue;
  readonly #outgoing: FrameQueue;
  readonly #silence = new SilenceWatch(() => this.fail('silence'));
  readonly #deadline = new CloseDeadline();
  #handlers: ConnectionHandlers | undefined;
  #reason: CloseReason | undefined;
  /** Without a bound until somebody sets one: both ends are ours. */
  #maxFrameBytes = Number.POSITIVE_INFINITY;
  #memory: FrameMemory | undefined;
  #paused = false;
  #pumpQueued = false;
  /** No frame may be handed out any more. */
  #deaf = false;
  /** Nothing may be sent any more. */
  #mute = false;
  #reported = false;

  constructor(remote: Remote, incoming: FrameQueue, outgoing: FrameQueue) {
    this.remote = remote;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    incoming.onChange = () => {
      this.#silence.heard();
      this.#queuePump();
    };
  }

  get closed(): boolean {
    return this.#mute;
  }

  get bufferedBytes(): number {
    return this.#outgoing.bytes;
  }

  start(handlers: ConnectionHandlers): void {
    if (this.#handlers !== undefined) throw new Error('a connection is started once');
    this.#handlers = handlers;
    this.#queuePump();
  }

  send(...parts: Uint8Array[]): void {
    if (this.#mute) return;
    const frame = joined(parts);
    if (frame.length === 0) throw new RangeError('a frame has at least one byte');
    this.#outgoing.push(frame);
  }

  sendInPlace(room: Uint8Array, taken: () => void): void {
    if (room.length <= FRAME_HEADER_BYTES) throw new RangeError('a frame has at least one byte');
    this.send(room.subarray(FRAME_HEADER_BYTES));
    queueMicrotask(taken);
  }

  drained(): Promise<void> {
    return this.#outgoing.drained();
  }

  pause(): void {
    this.#paused = true;
    this.#silence.setSuspended(true);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#silence.setSuspended(false);
    this.#queuePump();
  }

  setMaxFrameBytes(bytes: number): void {
    this.#maxFrameBytes = bytes;
  }

  setLargeFrameMemory(memory: FrameMemory): void {
    this.#memory = memory;
  }

  /** There is nobody to be preferred to. */
  setUser(): void {}

  setSilenceTimeout(milliseconds: number): void {
    if (!this.#mute) this.#silence.setTimeout(milliseconds);
  }

  close(): void {
    if (this.#deaf) return;
    this.#fallSilent();
    this.#outgoing.end();
    this.#deadline.start(
      () => this.bufferedBytes,
      () => this.fail('too_slow'),
    );
  }

  fail(code: ViolationCode): void {
    if (this.#reported) return;
    this.#reason ??= { kind: 'violation', code };
    this.#fallSilent();
    this.#outgoing.clear();
    this.#outgoing.end();
  }

  #fallSilent(): void {
    this.#mute = true;
    this.#deaf = true;
    this.#silence.setTimeout(0);
    this.#queuePump();
  }

  #queuePump(): void {
    if (this.#pumpQueued) return;
    this.#pumpQueued = true;
    queueMicrotask(() => {
      this.#pumpQueued = false;
      this.#pump();
    });
  }

  /** Hands out what has come until there is nothing more, or a handler pauses or closes; then sees to the end. */
  #pump(): void {
    while (this.#handlers !== undefined && !this.#paused && !this.#deaf) {
      const frame = this.#incoming.take();
      if (frame === undefined) break;
      if (frame.length > this.#maxFrameBytes) {
        this.fail('frame_too_large');
      } else {
        this.#handOut(this.#handlers, frame);
        frame.fill(STALE_BYTE);
      }
    }
    if (this.#deaf) this.#incoming.clear();
    if (this.#incoming.exhausted || this.#reason !== undefined) this.#finish();
  }

  #handOut(handlers: ConnectionHandlers, frame: Uint8Array): void {
    if (this.#memory === undefined || frame.length < LARGE_FRAME_BYTES) return handlers.frame(frame, false);
    const own = this.#memory.take(frame.length);
    own.set(frame);
    handlers.frame(own, true);
  }

  /** The other side has gone and everything it sent is dealt with, or this side has cut the connection. */
  #finish(): void {
    if (!this.#mute) {
      // It listens to nothing more, so what is still unsent here has no reader.
      this.#mute = true;
      this.#outgoing.clear();
      this.#outgoing.end();
    }
    this.#silence.setTimeout(0);
    this.#deadline.stop();
    if (this.#handlers === undefined || this.#reported) return;
    this.#reported = true;
    this.#handlers.closed(this.#reason ?? { kind: 'ended' });
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
