/**
 * The incoming half of a connection: cuts what comes into frames and hands them out in turn with other connections',
 * unless it is paused. What has come and can't be handed out yet is kept, and the socket is not read meanwhile.
 */
import type { Duplex } from 'node:stream';
import { FrameDecoder, type ViolationCode } from '@p2p/protocol';
import type { HandOut, Seat } from './turns.js';

const NOTHING = new Uint8Array(0);

export interface FrameReaderOptions {
  readonly socket: Duplex;
  readonly maxFrameBytes: number;
  /** This connection's place among others; `handOut` is what it does when its turn has come. */
  seat(handOut: HandOut): Seat;
  frame(frame: Uint8Array): void;
  violation(code: ViolationCode): void;
  /** Some of what has come was looked at, and `frames` were whole. */
  progress(frames: number): void;
}

export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #decoder: FrameDecoder;
  readonly #seat: Seat;
  #started = false;
  #paused = false;
  /** No frame may be handed out any more. */
  #deaf = false;
  /** The end of the last chunk: it was not this connection's turn, or {@link pause} came in between. */
  #unread: Uint8Array = NOTHING;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
    this.#decoder = new FrameDecoder(options.maxFrameBytes);
    this.#seat = options.seat((isOver) => this.#handOut(isOver));
  }

  /** Whether nothing has come that is still to be handed out. */
  get isEmpty(): boolean {
    return this.#unread.length === 0;
  }

  /** Bytes held of a frame that is not whole. */
  get pendingBytes(): number {
    return this.#decoder.pendingBytes;
  }

  start(): void {
    this.#started = true;
    const { socket } = this.#options;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    if (!this.#paused) socket.resume();
  }

  setMaxFrameBytes(bytes: number): void {
    this.#decoder.setMaxFrameBytes(bytes);
  }

  pause(): void {
    this.#paused = true;
    this.#decoder.stop();
    this.#options.socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#started) queueMicrotask(() => this.#readOn());
  }

  /** Drops what is there and what comes. */
  stop(): void {
    this.#deaf = true;
    this.#unread = NOTHING;
    this.#decoder.stop();
  }

  #take(chunk: Buffer): void {
    if (this.#deaf) return;
    // A Buffer's slice() copies nothing, a Uint8Array's does: handlers always get the latter.
    this.#unread = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#seat.ask();
    if (!this.isEmpty) this.#options.socket.pause();
  }

  #readOn(): void {
    if (this.#paused) return;
    if (this.isEmpty) this.#options.socket.resume();
    else this.#seat.ask();
  }

  #handOut(isOver: () => boolean): boolean {
    const { socket, violation, progress } = this.#options;
    let frames = 0;
    let isMyTurn = true;
    const onFrame = (frame: Uint8Array) => {
      frames += 1;
      this.#options.frame(frame);
      isMyTurn = !isOver();
      if (!isMyTurn) this.#decoder.stop();
    };
    let rest = this.#unread;
    while (rest.length > 0 && isMyTurn && !this.#paused && !this.#deaf) {
      const code = this.#decoder.push(rest, onFrame);
      if (code !== undefined) violation(code);
      rest = rest.subarray(rest.length - this.#decoder.unreadBytes);
    }
    this.#unread = this.#deaf ? NOTHING : rest;
    if (this.isEmpty && !this.#paused && socket.isPaused()) socket.resume();
    progress(frames);
    return !this.isEmpty && !this.#paused;
  }
}
