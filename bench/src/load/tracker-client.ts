/**
 * A client that does nothing but ask: one connection to one tracker, requests out, answers in. It is as thin as can
 * be, because it runs on the same cores as the trackers that it measures.
 */
import {
  encodeMessage,
  type HelloRequest,
  LEASE_MS,
  MAX_REPLY_FRAME_BYTES,
  MAX_REPLY_VALUES,
  type MutationInput,
  PROTOCOL_VERSION,
  type QueryInput,
  TOKEN_BYTES,
  type TrackerMessage,
  unpack,
} from '@p2p/protocol';
import { type Connection, dialSecure, type Identity } from '@p2p/transport';

type Unnumbered<R> = R extends unknown ? Omit<R, 'id' | 'counter'> : never;
/** A request without what the client adds. */
export type Question = Unnumbered<MutationInput> | Unnumbered<QueryInput>;

const DIAL_TIMEOUT_MS = 10_000;

export class TrackerClient {
  readonly #connection: Connection;
  readonly #asked = new Map<number, (answer: TrackerMessage) => void>();
  /** An idle client is let go when its lease is over. */
  readonly #pinging = setInterval(() => this.ask({ type: 'ping' }, () => undefined), LEASE_MS / 3);
  #lastId = 0;
  #lastCounter = 0;
  #lost: ((error: Error) => void) | undefined;

  private constructor(connection: Connection) {
    this.#connection = connection;
    connection.start({
      frame: (frame) => this.#take(frame),
      closed: (reason) => {
        clearInterval(this.#pinging);
        this.#lost?.(new Error(`the connection to the tracker ended: ${JSON.stringify(reason)}`));
      },
    });
  }

  /** Connects, and says hello. `port`: of the loopback address. */
  static async connect(identity: Identity, port: number): Promise<TrackerClient> {
    const dialled = await dialSecure({
      identity,
      host: '127.0.0.1',
      port,
      timeoutMs: DIAL_TIMEOUT_MS,
      maxFrameBytes: MAX_REPLY_FRAME_BYTES,
    });
    if (!dialled.ok) throw new Error(dialled.message);
    const client = new TrackerClient(dialled.connection);
    const greeted = client.#answerTo(0);
    const hello: HelloRequest = { type: 'hello', id: 0, protocol: PROTOCOL_VERSION, counter: 1 };
    client.#connection.send(encodeMessage(hello));
    await greeted;
    return client;
  }

  /** Sends a question; `answered` is called with whatever the tracker answers. */
  ask(question: Question, answered: (answer: TrackerMessage) => void): void {
    const id = ++this.#lastId;
    this.#asked.set(id, answered);
    // Queries have no use for a counter, and don't mind one.
    this.#connection.send(encodeMessage({ ...question, id, counter: ++this.#lastCounter }));
  }

  /** Asks, and waits. Throws where the tracker refuses. */
  async succeed(question: Question): Promise<TrackerMessage> {
    const answer = await new Promise<TrackerMessage>((resolve) => this.ask(question, resolve));
    if (answer.type === 'error') throw new Error(`${question.type}: ${answer.code}: ${answer.message}`);
    return answer;
  }

  /** A new user's account, and logged in. */
  async register(user: string): Promise<void> {
    const password = `${user}-password`;
    await this.succeed({ type: 'create_user', user, password });
    await this.succeed({ type: 'login', user, password, token: crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)) });
  }

  /** Rejects when the connection is lost; races with whatever is waited for. */
  get lost(): Promise<never> {
    return new Promise((_, reject) => {
      this.#lost = reject;
    });
  }

  close(): void {
    this.#lost = undefined;
    this.#connection.close();
  }

  #answerTo(id: number): Promise<TrackerMessage> {
    return new Promise((resolve) => this.#asked.set(id, resolve));
  }

  /** Not held against the schema: that would be this side's time, and it would count as the tracker's. */
  #take(frame: Uint8Array): void {
    const message = unpack(frame, MAX_REPLY_VALUES) as TrackerMessage;
    if (!('id' in message)) return;
    const answered = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    answered?.(message);
  }
}
