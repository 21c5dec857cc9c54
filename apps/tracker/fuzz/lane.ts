/** One connection of a conversation, from the side of whoever dials: what it sends, and what comes back. */
import { unpack } from '@p2p/protocol';
import { type CloseReason, type Connection, memoryPair, type SecureServerOptions } from '@p2p/transport';

const MAX_REMEMBERED = 20;

export class Lane {
  readonly #connection: Connection;
  /** The other end, to see whether it is let go. */
  readonly served: WeakRef<Connection>;
  #reason: CloseReason | undefined;
  /** The last few answers. */
  readonly #answers: unknown[] = [];

  /** Knocks at the door of a program that listens; `key` is what TLS would have shown of this side. */
  constructor({ host, port, maxFrameBytes, onConnection }: SecureServerOptions, key: string) {
    const [own, other] = memoryPair({ key, host: '127.0.0.1', port: 4_000 }, { key: 'f'.repeat(64), host, port });
    this.#connection = own;
    this.served = new WeakRef(other);
    other.setMaxFrameBytes(maxFrameBytes);
    own.start({
      frame: (frame) => this.#take(frame),
      closed: (reason) => {
        this.#reason = reason;
      },
    });
    onConnection(other);
  }

  /** Why it has ended; undefined while it is open. */
  get reason(): CloseReason | undefined {
    return this.#reason;
  }

  get isOpen(): boolean {
    return this.#reason === undefined && !this.#connection.closed;
  }

  /** An empty frame can't even be sent. */
  send(payload: Uint8Array): void {
    if (payload.length > 0) this.#connection.send(payload);
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  close(): void {
    this.#connection.close();
  }

  /** The answer to the request with this id, if it has come lately. */
  answerTo(id: number): Readonly<Record<string, unknown>> | undefined {
    return this.#answers.find((answer): answer is Readonly<Record<string, unknown>> => {
      return typeof answer === 'object' && answer !== null && 'id' in answer && answer.id === id;
    });
  }

  /** Long ones are lists, which nobody here reads. */
  #take(frame: Uint8Array): void {
    if (frame.length > 2_000) return;
    this.#answers.push(unpack(frame));
    if (this.#answers.length > MAX_REMEMBERED) this.#answers.shift();
  }
}
