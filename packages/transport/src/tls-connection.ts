/**
 * A {@link Connection} over an established TLS socket. It knows nothing of certificates or of how the socket came to
 * be; the server and the dialler have seen to that.
 */
import type { TLSSocket } from 'node:tls';
import {
  FRAME_HEADER_BYTES,
  FrameDecoder,
  MAX_FRAMES_PER_TURN,
  type ViolationCode,
  writeFrameHeader,
} from '@p2p/protocol';
import { CloseDeadline } from './close-deadline.js';
import type { CloseReason, Connection, ConnectionHandlers, Remote } from './connection.js';
import { DrainGate } from './drain-gate.js';
import { SilenceWatch } from './silence-watch.js';

const NOTHING = new Uint8Array(0);

/**
 * What a socket is destroyed with. All writes in its queue fail with this one; without it Node makes an error with a
 * stack trace for each of them, and somebody who asked a lot and took nothing stops the event loop for seconds.
 */
const LET_GO = new Error('the connection was let go');

export class TlsConnection implements Connection {
  readonly remote: Remote;
  readonly #socket: TLSSocket;
  readonly #decoder: FrameDecoder;
  readonly #gate = new DrainGate();
  readonly #silence = new SilenceWatch(() => this.fail('silence'));
  readonly #deadline = new CloseDeadline();
  #handlers: ConnectionHandlers | undefined;
  #reason: CloseReason | undefined;
  #paused = false;
  #corked = false;
  #framesThisTurn = 0;
  /** The end of the last chunk, cut short by {@link pause} or because the turn is over. */
  #unread: Uint8Array = NOTHING;
  /** No frame may be handed out any more. */
  #deaf = false;
  /** Nothing may be sent any more. */
  #mute = false;
  #socketClosed = false;
  #reported = false;

  constructor(socket: TLSSocket, remote: Remote, maxFrameBytes: number) {
    this.remote = remote;
    this.#socket = socket;
    this.#decoder = new FrameDecoder(maxFrameBytes);
    // Frames are gathered into one write here, so the system need not wait for more.
    socket.setNoDelay(true);
    socket.on('end', () => this.#onEnd());
    socket.on('error', (error) => this.#onError(error));
    socket.on('close', () => this.#onClose());
  }

  get closed(): boolean {
    return this.#mute;
  }

  get bufferedBytes(): number {
    return this.#socketClosed ? 0 : this.#socket.writableLength;
  }

  start(handlers: ConnectionHandlers): void {
    if (this.#handlers !== undefined) throw new Error('a connection is started once');
    this.#handlers = handlers;
    this.#socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    if (!this.#paused) this.#socket.resume();
    // The socket may have gone before anyone asked.
    queueMicrotask(() => this.#report());
  }

  send(...parts: Uint8Array[]): void {
    if (this.#mute) return;
    let payloadBytes = 0;
    for (const part of parts) payloadBytes += part.length;
    if (payloadBytes === 0) throw new RangeError('a frame has at least one byte');
    this.#corkForThisTurn();
    const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    writeFrameHeader(header, payloadBytes);
    this.#socket.write(header);
    for (const part of parts) this.#socket.write(part, this.#afterWrite);
  }

  drained(): Promise<void> {
    return this.#gate.wait(this.bufferedBytes);
  }

  pause(): void {
    this.#paused = true;
    this.#silence.setSuspended(true);
    this.#decoder.stop();
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#silence.setSuspended(false);
    if (this.#handlers !== undefined) queueMicrotask(() => this.#readOn());
  }

  setMaxFrameBytes(bytes: number): void {
    this.#decoder.setMaxFrameBytes(bytes);
  }

  setSilenceTimeout(milliseconds: number): void {
    if (!this.#mute) this.#silence.setTimeout(milliseconds);
  }

  close(): void {
    if (this.#deaf) return;
    this.#fallSilent();
    if (this.#socketClosed) {
      queueMicrotask(() => this.#report());
      return;
    }
    this.#socket.end();
    // The other side's end is only seen when everything before it is read, and dropped.
    this.#socket.resume();
    this.#deadline.start(
      () => this.bufferedBytes,
      (unsentBytes) => this.#cut(unsentBytes > 0 ? { kind: 'violation', code: 'too_slow' } : { kind: 'ended' }),
    );
  }

  fail(code: ViolationCode): void {
    this.#cut({ kind: 'violation', code });
  }

  readonly #afterWrite = (): void => this.#gate.update(this.bufferedBytes);

  /** One write, and so one TLS record where it fits, for all frames of this turn of the event loop. */
  #corkForThisTurn(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    setImmediate(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }

  #onData(chunk: Buffer): void {
    this.#silence.heard();
    // A Buffer's slice() copies nothing, a Uint8Array's does: handlers always get the latter.
    this.#feed(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
  }

  /** Hands out the frames of a chunk until it is used up, the turn is over, or a handler pauses or closes. */
  #feed(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0 && !this.#paused && !this.#isTurnOver && !this.#deaf) {
      const violation = this.#decoder.push(rest, this.#onFrame);
      if (violation !== undefined) this.fail(violation);
      rest = rest.subarray(rest.length - this.#decoder.unreadBytes);
    }
    this.#unread = this.#deaf ? NOTHING : rest;
  }

  readonly #onFrame = (frame: Uint8Array): void => {
    if (this.#framesThisTurn === 0) setImmediate(() => this.#endTurn());
    this.#framesThisTurn += 1;
    if (this.#isTurnOver) {
      this.#decoder.stop();
      this.#socket.pause();
    }
    this.#handlers?.frame(frame);
  };

  /** Whether this connection has had its share of this turn of the event loop. */
  get #isTurnOver(): boolean {
    return this.#framesThisTurn >= MAX_FRAMES_PER_TURN;
  }

  /** The other connections have had their turn. */
  #endTurn(): void {
    const wasHeldBack = this.#isTurnOver;
    this.#framesThisTurn = 0;
    if (wasHeldBack) this.#readOn();
  }

  #readOn(): void {
    if (this.#paused || this.#isTurnOver || this.#deaf) return;
    const unread = this.#unread;
    this.#unread = NOTHING;
    this.#feed(unread);
    if (!this.#paused && !this.#isTurnOver) this.#socket.resume();
    this.#report();
  }

  /** The other side has sent everything and listens to nothing more, so what is still unsent here has no reader. */
  #onEnd(): void {
    this.#mute = true;
    this.#socket.destroy(LET_GO);
  }

  #onError(error: Error): void {
    if (error === LET_GO) return;
    // After everything was sent in good order it doesn't matter how the other side hung up.
    if (this.#deaf && this.#socket.writableFinished) return;
    this.#cut({ kind: 'error', message: error.message });
  }

  #cut(reason: CloseReason): void {
    if (this.#reported) return;
    this.#reason ??= reason;
    this.#fallSilent();
    this.#socket.destroy(LET_GO);
    if (this.#socketClosed) queueMicrotask(() => this.#report());
  }

  #fallSilent(): void {
    this.#mute = true;
    this.#deaf = true;
    this.#unread = NOTHING;
    this.#decoder.stop();
    this.#silence.setTimeout(0);
  }

  #onClose(): void {
    this.#mute = true;
    this.#socketClosed = true;
    this.#silence.setTimeout(0);
    this.#deadline.stop();
    this.#gate.update(0);
    this.#report();
  }

  /** Tells the handler of the end, once the socket has gone and every frame that may still be handed out has been. */
  #report(): void {
    if (this.#handlers === undefined || !this.#socketClosed || this.#reported || this.#unread.length > 0) return;
    this.#reported = true;
    const torn = !this.#deaf && this.#decoder.pendingBytes > 0;
    this.#handlers.closed(
      this.#reason ?? (torn ? { kind: 'error', message: 'the connection ended inside a frame' } : { kind: 'ended' }),
    );
  }
}
