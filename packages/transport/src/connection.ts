/**
 * The contract of a connection: length-prefixed frames in both directions, with the other side's identity known. TLS
 * and memory both keep it (one suite of tests holds them to it), so that everything above can run without a socket.
 */
import type { ViolationCode } from '@p2p/protocol';

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
  /** A whole frame, without its length. Valid only during the call: copy what must live longer. */
  frame(frame: Uint8Array): void;
  /** Called exactly once, after the last frame. */
  closed(reason: CloseReason): void;
}

export interface Connection {
  readonly remote: Remote;

  /** Frames are held back until this is called, once. Handlers are never called before it returns. */
  start(handlers: ConnectionHandlers): void;

  /**
   * Sends one frame made of these parts; the length is put in front. Parts are not copied: leave them unchanged
   * afterwards. Frames of one turn of the event loop leave in one write. Ignored once closed.
   */
  send(...parts: Uint8Array[]): void;

  /** Bytes accepted by {@link send} that the system has not taken yet. */
  readonly bufferedBytes: number;

  /** Resolves as soon as little enough is buffered to send more, or the connection is closed. Never rejects. */
  drained(): Promise<void>;

  /** Stops and goes on reading: what the other side sends then waits in its own buffers. */
  pause(): void;
  resume(): void;

  /** The bound on incoming frames from the next frame on. */
  setMaxFrameBytes(bytes: number): void;

  /** Closes with `silence` when nothing at all is received for this long; 0 turns it off (as at the start). */
  setSilenceTimeout(milliseconds: number): void;

  /** Sends what is buffered, then closes in good order. */
  close(): void;

  /** Closes at once because the other side broke the protocol. */
  fail(code: ViolationCode): void;

  readonly closed: boolean;
}
