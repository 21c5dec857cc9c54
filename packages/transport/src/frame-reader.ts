/**
 * The incoming half of a connection: cuts what comes into frames and hands them out in turn with other connections',
 * unless it is paused. What has come and can't be handed out yet is kept, and the socket is not read meanwhile.
 */
import type { Duplex } from 'node:stream';
import { FrameDecoder, type FrameHandler, type FrameMemory, type ViolationCode } from '@p2p/protocol';
import type { Incoming } from './incoming.js';
import type { HandOut, Seat } from './turns.js';

const NOTHING = new Uint8Array(0);

export interface FrameReaderOptions {
  readonly socket: Duplex;
  /** Where the socket's bytes come; undefined where it emits them. */
  readonly incoming: Incoming | undefined;
  readonly maxFrameBytes: number;
  /** This connection's place among others; `handOut` is what it does when its turn has come. */
  seat(handOut: HandOut): Seat;
  frame: FrameHandler;
  violation(code: ViolationCode): void;
  /** Something has come. */
  heard(): void;
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
  /** The end of what has come: it was not this connection's turn, or {@link pause} came in between. */
  #unread: Uint8Array = NOTHING;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
    this.#decoder = new FrameDecoder(options.maxFrameBytes);
    this.#seat = options.seat((isOver) => this.#handOut(isOver));
    const { socket, incoming } = options;
    if (incoming === undefined) return;
    socket.pause();
    const reader = this;
    incoming.readBy({
      get room() {
        return reader.#room;
      },
      fill: (byteCount) => this.#fill(byteCount),
      take: (bytes) => this.#takeLent(bytes),
    });
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
    const { socket, incoming } = this.#options;
    if (incoming === undefined) {
      // A Buffer's slice() copies nothing, a Uint8Array's does: handlers always get the latter.
      socket.on('data', (chunk: Buffer) => this.#take(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)));
    }
    if (this.#paused) return;
    if (this.isEmpty) socket.resume();
    // No handler is called before this has returned.
    else queueMicrotask(() => this.#readOn());
  }

  setMaxFrameBytes(bytes: number): void {
    this.#decoder.setMaxFrameBytes(bytes);
  }

  setMemory(memory: FrameMemory): void {
    this.#decoder.setMemory(memory);
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

  /** The socket has gone, and puts nothing anywhere any more. */
  release(): void {
    if (this.#deaf || this.isEmpty) this.#decoder.release();
  }

  /** Where a frame is being put together and nothing lies before the next bytes, they need no other memory. */
  get #room(): Uint8Array | undefined {
    return this.#deaf || !this.isEmpty ? undefined : this.#decoder.room;
  }

  #fill(byteCount: number): void {
    this.#decoder.fill(byteCount);
    this.#options.heard();
    if (!this.#deaf) this.#options.progress(0);
  }

  /** A socket that is not read any more may still have some. */
  #takeLent(bytes: Uint8Array): void {
    if (this.#deaf) return;
    if (!this.isEmpty || !this.#started || this.#paused) {
      const unread = Buffer.concat([this.#unread, bytes]);
      this.#unread = new Uint8Array(unread.buffer, unread.byteOffset, unread.length);
      return;
    }
    this.#take(bytes);
    if (!this.isEmpty) this.#unread = this.#unread.slice();
  }

  #take(bytes: Uint8Array): void {
    if (this.#deaf) return;
    this.#options.heard();
    this.#unread = bytes;
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
    const onFrame: FrameHandler = (frame, isOwn) => {
      frames += 1;
      this.#options.frame(frame, isOwn);
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
