/**
 * A {@link Connection} over an established TLS socket. It knows nothing of certificates or of how the socket came to
 * be; the server and the dialler have seen to that.
 */
import type { TLSSocket } from 'node:tls';
import type { FrameMemory, ViolationCode } from '@p2p/protocol';
import { CloseDeadline } from './close-deadline.js';
import type { CloseReason, Connection, ConnectionHandlers, Remote } from './connection.js';
import { FrameReader } from './frame-reader.js';
import { FrameWriter } from './frame-writer.js';
import type { Guest, House } from './house.js';
import type { Incoming } from './incoming.js';
import { SilenceWatch } from './silence-watch.js';
import { Account, type HandOut, loopTurns, Seat } from './turns.js';

/**
 * What a socket is destroyed with. All writes in its queue fail with this one; without it Node makes an error with a
 * stack trace for each of them, and somebody who asked a lot and took nothing stops the event loop for seconds.
 */
const LET_GO = new Error('the connection was let go');

/** Unsent bytes that are not counted in the house: what leaves at once. */
const UNCOUNTED_BYTES = 16 * 1024;

export interface TlsConnectionOptions {
  readonly maxFrameBytes: number;
  /** Where the socket's bytes come; undefined where it emits them. */
  readonly incoming?: Incoming;
  /** Whether it never waits for other connections of this process. */
  readonly comesFirst?: boolean | undefined;
  /** Shared with the other connections of a server: it came as a stranger. */
  readonly house?: House | undefined;
  /** Somebody has been recognised at the other end, or is not there any more. */
  readonly onUser?: (user: string | undefined) => void;
}

export class TlsConnection implements Connection {
  readonly remote: Remote;
  readonly #socket: TLSSocket;
  readonly #options: TlsConnectionOptions;
  /** This connection among others of a server. */
  #guest: Guest | undefined;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  readonly #silence = new SilenceWatch(
    () => this.fail('silence'),
    () => !this.#reader.isEmpty,
  );
  readonly #deadline = new CloseDeadline();
  #handlers: ConnectionHandlers | undefined;
  #reason: CloseReason | undefined;
  #isUnsentCounted = false;
  /** No frame may be handed out any more. */
  #deaf = false;
  /** Nothing may be sent any more. */
  #mute = false;
  #socketClosed = false;
  #reported = false;

  constructor(socket: TLSSocket, remote: Remote, options: TlsConnectionOptions) {
    this.remote = remote;
    this.#socket = socket;
    this.#options = options;
    this.#reader = new FrameReader({
      socket,
      incoming: options.incoming,
      maxFrameBytes: options.maxFrameBytes,
      seat: (handOut) => this.#takeSeat(handOut),
      frame: (frame, isOwn) => this.#handlers?.frame(frame, isOwn),
      heard: () => this.#silence.heard(),
      violation: (code) => this.fail(code),
      progress: (frames) => this.#onProgress(frames),
    });
    this.#writer = new FrameWriter(socket, (bytes) => this.#afterWrite(bytes));
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
    return this.#writer.bufferedBytes;
  }

  start(handlers: ConnectionHandlers): void {
    if (this.#handlers !== undefined) throw new Error('a connection is started once');
    this.#handlers = handlers;
    this.#reader.start();
    // The socket may have gone before anyone asked.
    queueMicrotask(() => this.#report());
  }

  send(...parts: Uint8Array[]): void {
    if (this.#mute) return;
    this.#writer.send(parts);
    this.#afterSend();
  }

  sendInPlace(room: Uint8Array, taken: () => void): void {
    if (this.#mute) return queueMicrotask(taken);
    this.#writer.sendInPlace(room, taken);
    this.#afterSend();
  }

  drained(): Promise<void> {
    return this.#writer.drained();
  }

  pause(): void {
    this.#silence.setSuspended(true);
    this.#reader.pause();
  }

  resume(): void {
    this.#silence.setSuspended(false);
    this.#reader.resume();
  }

  setMaxFrameBytes(bytes: number): void {
    this.#reader.setMaxFrameBytes(bytes);
  }

  setLargeFrameMemory(memory: FrameMemory): void {
    this.#reader.setMemory(memory);
  }

  setUser(user: string | undefined): void {
    if (this.#socketClosed) return;
    this.#guest?.setUser(user);
    this.#options.onUser?.(user);
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
    this.#writer.end();
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

  #takeSeat(handOut: HandOut): Seat {
    this.#guest = this.#options.house?.seat(this.remote, handOut);
    return (
      this.#guest?.seat ??
      new Seat(loopTurns, new Account(this.#options.comesFirst === true ? 'first' : 'user'), handOut)
    );
  }

  #afterSend(): void {
    if (this.bufferedBytes > UNCOUNTED_BYTES) this.#countUnsent(this.bufferedBytes, false);
  }

  #afterWrite(bytes: number): void {
    if (this.#isUnsentCounted) this.#countUnsent(bytes > UNCOUNTED_BYTES ? bytes : 0, true);
  }

  #countUnsent(bytes: number, hasTakenSome: boolean): void {
    const unsent = this.#options.house?.unsent;
    this.#isUnsentCounted = bytes > 0;
    if (hasTakenSome) unsent?.renew(this, bytes);
    else unsent?.set(this, bytes);
  }

  #onProgress(frames: number): void {
    const half = this.#options.house?.halfReceived;
    const bytes = this.#deaf ? 0 : this.#reader.pendingBytes;
    if (frames > 0) this.#silence.heard();
    if (frames > 0) half?.renew(this, bytes);
    else half?.set(this, bytes);
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
    this.#reader.stop();
    this.#silence.setTimeout(0);
  }

  #onClose(): void {
    this.#mute = true;
    this.#socketClosed = true;
    this.#silence.setTimeout(0);
    this.#deadline.stop();
    this.#guest?.leave();
    this.#options.house?.halfReceived.set(this, 0);
    this.#options.house?.unsent.set(this, 0);
    this.#writer.close();
    this.#reader.release();
    this.#report();
  }

  /** Tells the handler of the end, once the socket has gone and every frame that may still be handed out has been. */
  #report(): void {
    if (this.#handlers === undefined || !this.#socketClosed || this.#reported || !this.#reader.isEmpty) return;
    this.#reported = true;
    const torn = !this.#deaf && this.#reader.pendingBytes > 0;
    this.#handlers.closed(
      this.#reason ?? (torn ? { kind: 'error', message: 'the connection ended inside a frame' } : { kind: 'ended' }),
    );
  }
}
