/**
 * Framing: every message is a 4-byte big-endian length and that many bytes. The decoder takes chunks of any cut and
 * hands out frames; it does no input or output and knows nothing of what a frame means.
 */
import type { ViolationCode } from './errors.js';
import { FRAME_HEADER_BYTES, MAX_HELLO_FRAME_BYTES } from './limits.js';

/** Puts the length prefix in front of `payload`. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(frame, payload.length);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** Writes the length prefix for a payload of `payloadBytes` at the start of `target`. */
export function writeFrameHeader(target: Uint8Array, payloadBytes: number): void {
  target[0] = payloadBytes >>> 24;
  target[1] = payloadBytes >>> 16;
  target[2] = payloadBytes >>> 8;
  target[3] = payloadBytes;
}

/** Where large frames are put together. */
export interface FrameMemory {
  take(byteCount: number): Uint8Array;
  giveBack(memory: Uint8Array): void;
}

/** From this length on, a frame that comes in parts is put together in {@link FrameMemory}. */
const LARGE_FRAME_BYTES = 64 * 1024;

/** `isOwn`: the frame lies in memory that was taken for it, and is the handler's from now on. */
export type FrameHandler = (frame: Uint8Array, isOwn: boolean) => void;

/**
 * Cuts a byte stream into frames.
 *
 * A frame that lies whole in one chunk is handed out as a view of that chunk, so it is only valid during the call of
 * the handler; a frame that is cut is collected in memory of its own, a large one in what {@link setMemory} has said.
 * After a violation the decoder stays silent.
 */
export class FrameDecoder {
  #maxFrameBytes: number;
  #memory: FrameMemory | undefined;
  #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerFill = 0;
  #body: Uint8Array | undefined;
  /** The memory that the body lies in was taken there. */
  #bodyMemory: FrameMemory | undefined;
  #bodyLength = 0;
  #bodyFill = 0;
  #violation: ViolationCode | undefined;
  #stopped = false;
  #unreadBytes = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Bytes held of a frame that is not yet whole, header included. */
  get pendingBytes(): number {
    return this.#headerFill + this.#bodyFill;
  }

  /** Another bound from the next frame on: the connection's state has changed. May be called by the handler. */
  setMaxFrameBytes(maxFrameBytes: number): void {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Where large frames are put together from the next one on. */
  setMemory(memory: FrameMemory | undefined): void {
    this.#memory = memory;
  }

  /**
   * Where the next bytes of the stream may be put at once instead of being pushed, to be told by {@link fill}; undefined
   * where they are to be pushed. The last byte of a frame always is: then the frame comes out.
   */
  get room(): Uint8Array | undefined {
    if (this.#body?.length !== this.#bodyLength || this.#bodyFill + 1 >= this.#bodyLength) return undefined;
    return this.#body.subarray(this.#bodyFill, this.#bodyLength - 1);
  }

  /** So many bytes have come into {@link room}. */
  fill(byteCount: number): void {
    this.#bodyFill += byteCount;
  }

  /** Nothing follows: gives back what was taken for a frame that is not whole. */
  release(): void {
    if (this.#body !== undefined) this.#bodyMemory?.giveBack(this.#body);
    this.#body = undefined;
    this.#bodyMemory = undefined;
  }

  /** Called by the handler: no further frame of this chunk is handed out; {@link unreadBytes} are left of it. */
  stop(): void {
    this.#stopped = true;
  }

  /** Bytes at the end of the last chunk that were not looked at because of {@link stop}: push them to go on. */
  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /**
   * Takes the next chunk and calls `onFrame` for each frame that is now whole, in order. Returns the violation that
   * ended the stream, if there is one. An oversize length is refused before anything is allocated for it.
   */
  push(chunk: Uint8Array, onFrame: FrameHandler): ViolationCode | undefined {
    let at = 0;
    this.#stopped = false;
    while (this.#violation === undefined && !this.#stopped && at < chunk.length) {
      at = this.#body === undefined ? this.#takeHeader(chunk, at, onFrame) : this.#takeBody(chunk, at, onFrame);
    }
    this.#unreadBytes = chunk.length - at;
    return this.#violation;
  }

  /** Collects the length; hands the frame out at once where the chunk holds all of it. */
  #takeHeader(chunk: Uint8Array, start: number, onFrame: FrameHandler): number {
    let at = start;
    while (this.#headerFill < FRAME_HEADER_BYTES && at < chunk.length) {
      this.#header[this.#headerFill++] = chunk[at++] as number;
    }
    if (this.#headerFill < FRAME_HEADER_BYTES) return at;
    const [a = 0, b = 0, c = 0, d = 0] = this.#header;
    const length = a * 0x1000000 + (b << 16) + (c << 8) + d;
    if (length === 0 || length > this.#maxFrameBytes) {
      this.#violation = length === 0 ? 'frame_empty' : 'frame_too_large';
      return at;
    }
    if (chunk.length - at >= length) {
      this.#headerFill = 0;
      onFrame(chunk.subarray(at, at + length), false);
      return at + length;
    }
    this.#bodyLength = length;
    // Whoever only says that much will come gets little memory for it.
    this.#body = new Uint8Array(Math.min(length, MAX_HELLO_FRAME_BYTES));
    return at;
  }

  #takeBody(chunk: Uint8Array, start: number, onFrame: FrameHandler): number {
    const body = this.#body as Uint8Array;
    const taken = Math.min(body.length - this.#bodyFill, chunk.length - start);
    body.set(chunk.subarray(start, start + taken), this.#bodyFill);
    this.#bodyFill += taken;
    if (this.#bodyFill === this.#bodyLength) {
      const isOwn = this.#bodyMemory !== undefined;
      this.#body = undefined;
      this.#bodyMemory = undefined;
      this.#bodyFill = 0;
      this.#headerFill = 0;
      onFrame(body, isOwn);
    } else if (this.#bodyFill === body.length) {
      this.#body = this.#wholeBody();
      this.#body.set(body);
    }
    return start + taken;
  }

  #wholeBody(): Uint8Array {
    if (this.#bodyLength < LARGE_FRAME_BYTES || this.#memory === undefined) return new Uint8Array(this.#bodyLength);
    this.#bodyMemory = this.#memory;
    return this.#memory.take(this.#bodyLength);
  }
}
