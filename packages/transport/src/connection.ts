/**
 * The contract of a connection: length-prefixed frames in both directions, with the other side's identity known. TLS
 * and memory both keep it (one suite of tests holds them to it), so that everything above can run without a socket.
 */
import type { FrameMemory, ViolationCode } from '@p2p/protocol';

/** Who is at the other end, as TLS has shown it. */
export interface Remote {
  /** SHA-256 of the public key (SPKI, DER), 64 hex digits: a device id, or a cluster's fingerprint. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

export type CloseReason =
  /** One of the two sides closed in good order. */
  | { readonly kind: 'ended' }
  /** The other side broke the protocol, or this side said so by {@link Connection.fail}. */
  | { readonly kind: 'violation'; readonly code: ViolationCode }
  /** The network or the system failed. */
  | { readonly kind: 'error'; readonly message: string };

export interface ConnectionHandlers {
  /**
   * A whole frame, without its length. Valid only during the call: copy what must live longer. `isOwn`: it lies in
   * memory from {@link Connection.setLargeFrameMemory}, and is the handler's, who has to give it back.
   */
  frame(frame: Uint8Array, isOwn: boolean): void;
  /** Called exactly once, after the last frame. */
  closed(reason: CloseReason): void;
}

export interface Connection {
  readonly remote: Remote;

  /** Frames are held back until this is called, once. Handlers are never called before it returns. */
  start(handlers: ConnectionHandlers): void;

  /**
   * Sends one frame made of these parts; the length is put in front. Parts are not copied: leave them unchanged
   * afterwards. Frames of one turn of the event loop leave in one write. Ignored once closed. An empty frame is a bug
   * and throws.
   */
  send(...parts: Uint8Array[]): void;

  /**
   * Sends one large frame as it lies: the bytes of `room` behind FRAME_HEADER_BYTES, into which its length is put. The
   * memory is the connection's until it calls `taken`, after this call has returned: that happens once, also where the
   * connection has ended. A frame without a byte is a bug and throws.
   */
  sendInPlace(room: Uint8Array, taken: () => void): void;

  /** Bytes accepted by {@link send} that the system has not taken yet. */
  readonly bufferedBytes: number;

  /**
   * Resolves at once while less than SEND_HIGH_WATER_BYTES are buffered, else as soon as no more than
   * SEND_LOW_WATER_BYTES are, or the connection is closed. Never rejects.
   */
  drained(): Promise<void>;

  /**
   * Stops reading: no frame is handed out any more, not even one that has already come; what the other side sends
   * waits in its own buffers. Nothing is heard meanwhile, so silence is not counted and an end may go unnoticed.
   */
  pause(): void;
  /** Goes on where {@link pause} stopped, after this call has returned. */
  resume(): void;

  /** The bound on incoming frames from the next frame on. */
  setMaxFrameBytes(bytes: number): void;

  /** Large frames are put together here from the next one on, where they come in parts. */
  setLargeFrameMemory(memory: FrameMemory): void;

  /**
   * Whom this side knows the other one for; undefined, as at the start, for a stranger. Where a server is full, or has
   * much to do, strangers come last, and all connections of one user come as one.
   */
  setUser(user: string | undefined): void;

  /**
   * Closes with `silence` when nothing at all is received for this long (up to a quarter longer); 0 turns it off, as
   * at the start.
   */
  setSilenceTimeout(milliseconds: number): void;

  /**
   * Sends what is buffered, then closes in good order; no frame is handed out any more. Where the other side takes
   * nothing of the rest for CLOSE_TIMEOUT_MS, the connection is cut and the reason is `too_slow`.
   */
  close(): void;

  /** Closes at once because the other side broke the protocol. What is buffered is lost; the other side sees an end. */
  fail(code: ViolationCode): void;

  /** Nothing can be sent any more. The `closed` handler may still be to come, and frames that were held back. */
  readonly closed: boolean;
}
