/** Connections of which the first frame has to tell who is to have them. */
import { HELLO_TIMEOUT_MS, type ViolationCode } from '@p2p/protocol';
import type { CloseReason, Connection, ConnectionHandlers } from './connection.js';

/**
 * Gives a connection of which nothing has been read yet, as far as it can tell, or only the first frame; to be started
 * whenever it may be. To be called once at most, while the first frame is looked at.
 */
export type HandOn = (from: 'first frame' | 'second frame') => Connection;

/**
 * Starts the connection, and calls `first` with its first frame. Nothing more is heard of one that is not handed on then,
 * and whoever doesn't say anything for HELLO_TIMEOUT_MS is let go.
 */
export function readFirstFrame(connection: Connection, first: (frame: Uint8Array, handOn: HandOn) => void): void {
  let handedOn: StartedConnection | undefined;
  let isFirst = true;
  const timer = setTimeout(() => connection.fail('hello_timeout'), HELLO_TIMEOUT_MS);
  connection.start({
    frame: (frame, isOwn) => {
      if (!isFirst) return handedOn?.frame(frame, isOwn);
      isFirst = false;
      clearTimeout(timer);
      first(frame, (from) => {
        handedOn = new StartedConnection(connection, from === 'first frame' ? frame.slice() : undefined);
        return handedOn;
      });
    },
    closed: (reason) => {
      clearTimeout(timer);
      handedOn?.end(reason);
    },
  });
}

/** A connection that has been started already, and pauses until somebody starts it again: then all goes on. */
class StartedConnection implements Connection {
  readonly #connection: Connection;
  #unread: Uint8Array | undefined;
  #handlers: ConnectionHandlers | undefined;
  #reason: CloseReason | undefined;
  #isPaused = false;
  /** It was closed on this side: nothing is to be heard any more. */
  #isDeaf = false;
  #isReported = false;

  constructor(connection: Connection, unread: Uint8Array | undefined) {
    this.#connection = connection;
    this.#unread = unread;
    connection.pause();
  }

  /** Comes only when it has been started, and does not pause. */
  frame(frame: Uint8Array, isOwn: boolean): void {
    this.#handlers?.frame(frame, isOwn);
  }

  end(reason: CloseReason): void {
    this.#reason = reason;
    if (this.#unread === undefined || this.#isDeaf) this.#report();
  }

  start(handlers: ConnectionHandlers): void {
    if (this.#handlers !== undefined) throw new Error('a connection is started once');
    this.#handlers = handlers;
    this.#goOn();
  }

  pause(): void {
    this.#isPaused = true;
    this.#connection.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#handlers !== undefined) this.#goOn();
  }

  close(): void {
    this.#isDeaf = true;
    this.#connection.close();
  }

  fail(code: ViolationCode): void {
    this.#isDeaf = true;
    this.#connection.fail(code);
  }

  #goOn(): void {
    queueMicrotask(() => {
      if (this.#isPaused && !this.#isDeaf) return;
      const unread = this.#unread;
      this.#unread = undefined;
      if (unread !== undefined && !this.#isDeaf) this.#handlers?.frame(unread, false);
      // Whoever has taken it may have paused.
      if (!this.#isPaused) this.#connection.resume();
      this.#report();
    });
  }

  #report(): void {
    if (this.#reason === undefined || this.#handlers === undefined || this.#isReported) return;
    this.#isReported = true;
    this.#handlers.closed(this.#reason);
  }

  get remote() {
    return this.#connection.remote;
  }
  get bufferedBytes() {
    return this.#connection.bufferedBytes;
  }
  get closed() {
    return this.#connection.closed;
  }
  send: Connection['send'] = (...parts) => this.#connection.send(...parts);
  sendInPlace: Connection['sendInPlace'] = (room, taken) => this.#connection.sendInPlace(room, taken);
  drained: Connection['drained'] = () => this.#connection.drained();
  setMaxFrameBytes: Connection['setMaxFrameBytes'] = (bytes) => this.#connection.setMaxFrameBytes(bytes);
  setLargeFrameMemory: Connection['setLargeFrameMemory'] = (memory) => this.#connection.setLargeFrameMemory(memory);
  setUser: Connection['setUser'] = (user) => this.#connection.setUser(user);
  setSilenceTimeout: Connection['setSilenceTimeout'] = (ms) => this.#connection.setSilenceTimeout(ms);
}
