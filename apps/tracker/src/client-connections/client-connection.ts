/**
 * One client's connection: a hello first, then requests, each checked once at the door and answered under its id. Who
 * has enough in hand, asks faster than a stranger may, or doesn't take the answers is not read on: then the client's
 * bytes wait in its own buffers.
 */
import {
  type ClientRequest,
  clientRequest,
  type DeviceId,
  decodeMessage,
  encodeMessage,
  HELLO_TIMEOUT_MS,
  type HelloRequest,
  helloRequest,
  LEASE_MS,
  MAX_CLIENT_BACKLOG_BYTES,
  MAX_OUTSTANDING_REQUESTS,
  MAX_OUTSTANDING_STRANGER_REQUESTS,
  MAX_REQUEST_FRAME_BYTES,
  type MutationRequest,
  mutationRequest,
  PROTOCOL_VERSION,
  type QueryRequest,
  type Refusal,
  type RequestId,
  refusal,
  requestIdOf,
  SEND_HIGH_WATER_BYTES,
  type TrackerMessage,
  type UserId,
} from '@p2p/protocol';
import { isRefusal } from '@p2p/state';
import { type Connection, isLoopback, networkOf } from '@p2p/transport';
import type { Asker } from '../log-ins/log-ins.js';
import { ClientDevice, type Shown } from './client-device.js';
import { mutationReply } from './mutation-replies.js';
import { prepareCommand, sessionOf } from './prepare.js';
import { answerQuery } from './queries.js';
import { ReadingGate } from './reading-gate.js';
import { RequestPace } from './request-pace.js';
import type { Services } from './services.js';

const mutationTypes: ReadonlySet<string> = new Set(mutationRequest.options.map(({ shape }) => shape.type.value));

type Answer = TrackerMessage | Refusal;
type MembershipEnded = Extract<TrackerMessage, { type: 'membership_ended' }>;

export class ClientConnection {
  readonly #connection: Connection;
  readonly #services: Services;
  readonly #helloTimer: NodeJS.Timeout;
  readonly #gate: ReadingGate;
  readonly #pace = new RequestPace();
  #paceTimer: NodeJS.Timeout | undefined;
  #device: ClientDevice | undefined;
  #greeted = false;
  #outstanding = 0;
  /** Requests in hand, by id, that end the session shown here: their answer comes before any news of it. */
  readonly #ending = new Set<number>();
  /** Who is logged in, as far as it was looked. */
  #user: UserId | undefined;

  constructor(connection: Connection, services: Services, closed: () => void) {
    this.#connection = connection;
    this.#services = services;
    this.#gate = new ReadingGate(connection);
    this.#helloTimer = setTimeout(() => connection.fail('hello_timeout'), HELLO_TIMEOUT_MS);
    connection.start({
      frame: (frame) => this.#take(frame),
      closed: () => {
        clearTimeout(this.#helloTimer);
        clearTimeout(this.#paceTimer);
        this.#device?.leave();
        closed();
      },
    });
  }

  /** Says so where its user's membership of this group has ended. */
  tellMembershipEnded(user: UserId, news: Omit<MembershipEnded, 'type'>): void {
    if (this.#device?.user() === user) this.#send({ type: 'membership_ended', ...news });
  }

  /** The session that is shown here, and whose it is. */
  get shown(): Shown {
    return this.#device?.shown ?? {};
  }

  /** Says so where the session shown here has ended. */
  checkSession(): void {
    if (this.#ending.size > 0 || this.#device?.hasEndedSession() !== true) return;
    this.#device.useSession(undefined);
    this.#judge();
    this.#send({ type: 'session_ended' });
  }

  /** Says so where the cluster has got a new key since this client said hello. */
  tellSuccessions(): void {
    if (this.#device !== undefined) this.#send({ type: 'successions', successions: this.#services.keys.successions });
  }

  close(): void {
    this.#connection.close();
  }

  #take(frame: Uint8Array): void {
    if (!this.#greeted) return this.#takeHello(frame);
    const decoded = decodeMessage(clientRequest, frame);
    if (this.#user === undefined) this.#slowDown();
    if (decoded.ok) return void this.#handle(decoded.message);
    if (decoded.id === undefined) return this.#connection.fail('malformed_message');
    const { id, code, reason: message } = decoded;
    this.#send({ type: 'error', id, code, message });
  }

  /** Before the hello a bad frame closes the connection. */
  #takeHello(frame: Uint8Array): void {
    const decoded = decodeMessage(helloRequest, frame);
    if (!decoded.ok) return this.#connection.fail('malformed_message');
    if (decoded.message.protocol !== PROTOCOL_VERSION) return this.#connection.fail('unsupported_version');
    this.#greeted = true;
    clearTimeout(this.#helloTimer);
    this.#connection.setMaxFrameBytes(MAX_REQUEST_FRAME_BYTES);
    this.#connection.setSilenceTimeout(LEASE_MS);
    // What comes behind the hello waits until there is somebody to ask.
    this.#gate.hold('greeting');
    void this.#services.ready.then(() => this.#greet(decoded.message));
  }

  #greet({ id, counter, token, address }: HelloRequest): void {
    if (this.#connection.closed) return;
    const { slot, keys, replicated } = this.#services;
    const session = token === undefined ? undefined : sessionOf(token);
    // The key was checked by TLS and hashed by the transport: it has the form of a device id.
    const { key, host: from } = this.#connection.remote;
    const greeting = { device: key as DeviceId, counter, address, session, from };
    const device = new ClientDevice(this.#services, greeting, (message) => this.#send(message));
    this.#device = device;
    this.#judge();
    const user = device.user();
    const name = user === undefined ? null : (replicated.state.users.get(user)?.name ?? null);
    const { cluster, successions } = keys;
    this.#send({ type: 'hello.ok', id, slot, cluster, clock: Date.now(), user: name, successions });
    this.#gate.release('greeting');
  }

  async #handle(request: ClientRequest): Promise<void> {
    const device = this.#device;
    if (device === undefined) return this.#connection.fail('unexpected_message');
    this.#outstanding += 1;
    if (this.#outstanding >= this.#maxOutstanding) this.#gate.hold('outstanding');
    try {
      const coming = isMutation(request) ? this.#mutate(request, device) : this.#query(request, device);
      // What needs no waiting is answered in this turn.
      const answer = coming instanceof Promise ? await coming : coming;
      this.#reply(request, answer);
    } catch (error) {
      // A bug met by one request: its client and the operator hear of it, and everybody else goes on.
      this.#services.log.error(`${request.type} failed: ${error instanceof Error ? error.stack : String(error)}`);
      this.#reply(request, refusal('internal'));
    } finally {
      this.#outstanding -= 1;
      if (this.#ending.delete(request.id)) this.checkSession();
      if (this.#outstanding < this.#maxOutstanding) this.#gate.release('outstanding');
    }
  }

  #query(request: QueryRequest, device: ClientDevice): Answer | Promise<Answer> {
    const replyWith = (fields: object): Answer =>
      isRefusal(fields) ? fields : ({ type: `${request.type}.ok`, id: request.id, ...fields } as TrackerMessage);
    const fields = answerQuery(request, { services: this.#services, device, user: device.user() });
    return fields instanceof Promise ? fields.then(replyWith) : replyWith(fields);
  }

  async #mutate(request: MutationRequest, device: ClientDevice): Promise<Answer> {
    const { replicated } = this.#services;
    const requestId = requestIdOf(device.id, request.counter);
    const answer = await this.#carryOut(request, requestId, device);
    const reply = answer.ok ? mutationReply(request, { ...answer, requestId, state: replicated.state }) : answer;
    if ('ok' in reply) return reply;
    if (request.type === 'login') device.useSession(sessionOf(request.token));
    else if (endsSession(request, device)) device.useSession(undefined);
    this.#judge();
    return reply;
  }

  /** A request that is known is not judged again, nor its password checked: it gets the answer of its operation. */
  async #carryOut(request: MutationRequest, requestId: RequestId, device: ClientDevice) {
    const { replicated } = this.#services;
    const known = replicated.knows(requestId) ? await replicated.attach(requestId) : undefined;
    if (known !== undefined) return known;
    const { actor } = device;
    const prepared = prepareCommand(request, { actor, asker: this.#asker(device), services: this.#services });
    // What needs no waiting is done in its own turn, where its time counts.
    const command = prepared instanceof Promise ? await prepared : prepared;
    if ('ok' in command) return command;
    if (endsSession(request, device)) this.#ending.add(request.id);
    return replicated.request(requestId, device.actor, command);
  }

  #asker({ id: device }: ClientDevice): Asker {
    const { host } = this.#connection.remote;
    const isGone = () => this.#connection.closed;
    return { device, network: networkOf(host), isLocal: isLoopback(host), isGone };
  }

  #reply({ id }: ClientRequest, answer: Answer): void {
    if ('type' in answer) return this.#send(answer);
    this.#send({ type: 'error', id, code: answer.code, message: answer.message });
  }

  #send(message: TrackerMessage): void {
    this.#connection.send(encodeMessage(message));
    const { bufferedBytes } = this.#connection;
    if (bufferedBytes > MAX_CLIENT_BACKLOG_BYTES) this.#connection.fail('too_slow');
    if (bufferedBytes < SEND_HIGH_WATER_BYTES || this.#gate.isHeld('backlog')) return;
    this.#gate.hold('backlog');
    void this.#connection.drained().then(() => this.#gate.release('backlog'));
  }

  get #maxOutstanding(): number {
    return this.#user !== undefined ? MAX_OUTSTANDING_REQUESTS : MAX_OUTSTANDING_STRANGER_REQUESTS;
  }

  /** A session may have begun or ended. */
  #judge(): void {
    const user = this.#device?.user();
    if (user === this.#user) return;
    this.#user = user;
    this.#connection.setUser(user);
  }

  #slowDown(): void {
    const waitMs = this.#pace.take(performance.now());
    if (waitMs === 0 || this.#gate.isHeld('pace')) return;
    this.#gate.hold('pace');
    this.#paceTimer = setTimeout(() => this.#gate.release('pace'), waitMs);
  }
}

/** Whether a request, once it is carried out, has ended the session by which it was asked. */
function endsSession(request: MutationRequest, { id }: ClientDevice): boolean {
  const { type } = request;
  return type === 'login' || type === 'logout' || (type === 'revoke_device' && request.device === id);
}

function isMutation(request: ClientRequest): request is MutationRequest {
  return mutationTypes.has(request.type);
}
