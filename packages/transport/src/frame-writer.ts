/**
 * The outgoing half of a connection: small frames of one turn of the event loop are gathered and leave in one write, a
 * large one leaves as it lies. One write is with the system at a time: what several hold would be copied together.
 */
import type { Duplex } from 'node:stream';
import { FRAME_HEADER_BYTES, writeFrameHeader } from '@p2p/protocol';
import { DrainGate } from './drain-gate.js';
import { loopTurns } from './turns.js';

/** Gathered frames leave at the latest when there are so many bytes of them: a few TLS records. */
const GATHERED_BYTES = 64 * 1024;

interface Write {
  readonly bytes: Uint8Array;
  /** The memory may be used again. */
  readonly taken: (() => void) | undefined;
}

export class FrameWriter {
  readonly #socket: Duplex;
  /** Some has been taken by the system. */
  readonly #onTaken: (bufferedBytes: number) => void;
  readonly #gate = new DrainGate();
  /** Frames and their lengths, not yet put together. */
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #isGathering = false;
  readonly #queue: Write[] = [];
  /** Everything but what is gathered. */
  #queuedBytes = 0;
  #isWriting = false;
  #isEnding = false;
  #closed = false;

  constructor(socket: Duplex, onTaken: (bufferedBytes: number) => void) {
    this.#socket = socket;
    this.#onTaken = onTaken;
  }

  /** Bytes that the system has not taken yet. */
  get bufferedBytes(): number {
    return this.#gatheredBytes + this.#queuedBytes;
  }

  drained(): Promise<void> {
    return this.#gate.wait(this.bufferedBytes);
  }

  /** A frame made of these parts, which has at least one byte. */
  send(parts: readonly Uint8Array[]): void {
    let payloadBytes = 0;
    for (const part of parts) payloadBytes += part.length;
    if (payloadBytes === 0) throw new RangeError('a frame has at least one byte');
    if (this.#closed) return;
    const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    writeFrameHeader(header, payloadBytes);
    this.#gathered.push(header, ...parts);
    this.#gatheredBytes += FRAME_HEADER_BYTES + payloadBytes;
    if (this.#gatheredBytes >= GATHERED_BYTES) this.#sendGathered();
    else this.#sendGatheredLater();
  }

  /** A frame behind room for its length. */
  sendInPlace(room: Uint8Array, taken: () => void): void {
    if (room.length <= FRAME_HEADER_BYTES) throw new RangeError('a frame has at least one byte');
    if (this.#closed) return queueMicrotask(taken);
    this.#sendGathered();
    writeFrameHeader(room, room.length - FRAME_HEADER_BYTES);
    this.#put({ bytes: room, taken });
  }

  /** Ends the socket behind what is still to be sent. */
  end(): void {
    this.#sendGathered();
    this.#isEnding = true;
    if (!this.#isWriting) this.#socket.end();
  }

  /** The socket has gone: nothing of what is left will be taken. */
  close(): void {
    this.#closed = true;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#queuedBytes = 0;
    for (const { taken } of this.#queue.splice(0)) taken?.();
    this.#gate.update(0);
  }

  #sendGatheredLater(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    loopTurns.atEnd(() => {
      this.#isGathering = false;
      this.#sendGathered();
    });
  }

  #sendGathered(): void {
    if (this.#gatheredBytes === 0) return;
    const bytes = Buffer.concat(this.#gathered, this.#gatheredBytes);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#put({ bytes, taken: undefined });
  }

  #put(write: Write): void {
    this.#queuedBytes += write.bytes.length;
    this.#queue.push(write);
    if (!this.#isWriting) this.#writeNext();
  }

  #writeNext(): void {
    const write = this.#queue.shift();
    this.#isWriting = write !== undefined;
    if (write === undefined) {
      if (this.#isEnding) this.#socket.end();
      return;
    }
    this.#socket.write(write.bytes, () => {
      if (this.#closed) return write.taken?.();
      this.#queuedBytes -= write.bytes.length;
      this.#writeNext();
      write.taken?.();
      this.#onTaken(this.bufferedBytes);
      this.#gate.update(this.bufferedBytes);
    });
  }
}
