/**
 * A small world for tests: devices, users and groups that come about as they do in a tracker, by `decide` and
 * `applyOperation`, on a virtual clock and with ids that are the same in every run.
 */
import { createHash } from 'node:crypto';
import {
  type ContentRoot,
  type DeviceId,
  type DeviceName,
  type FileId,
  type GroupId,
  type IncarnationId,
  type Operation,
  type OperationBody,
  type OperationMode,
  type Refusal,
  type RequestId,
  requestIdOf,
  type SessionId,
  type UserId,
} from '@p2p/protocol';
import {
  type Actor,
  applyOperation,
  brokenInvariants,
  type Command,
  decide,
  emptyState,
  HybridClock,
  type Outcome,
  type State,
  stateDigest,
  type Unchanged,
} from '../src/index.js';

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const hexOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** Where the virtual clocks begin. */
export const BEGINNING_MS = 1_700_000_000_000;
const SESSION_MS = 90 * 24 * 60 * 60 * 1_000;

// Ids are checked and branded at the door, by schemas; a test makes its own, in the same form.
export const deviceIdOf = (name: string) => hexOf(`device ${name}`) as DeviceId;
export const sessionIdOf = (device: DeviceId, login: number) => hexOf(`${device} ${login}`) as SessionId;
export const rootOf = (content: string) => hexOf(`content ${content}`) as ContentRoot;
/** The digits of no two are alike, as where they are random. */
export const incarnationOf = (slot: number, start = 0) =>
  `${slot}.${(start * 16 + slot).toString(16).padStart(16, '0')}` as IncarnationId;

type Unbranded<C> = C extends Command
  ? { readonly [K in keyof C]: K extends 'type' ? C[K] : C[K] extends string ? string : C[K] }
  : never;
type OpenSession = Extract<OperationBody, { kind: 'open_session' }>;
/** A command as a test writes it, with plain strings where the door would have branded them. */
export type PlainCommand = Unbranded<Command>;

/** The metadata of a file with this content. */
export function shareOf(group: string, file: string, content: string): PlainCommand {
  return { type: 'share_file', group, file, bytes: content.length, pieceLength: 262_144, root: rootOf(content) };
}

/** A client's device, and who is logged in on it. */
export class Device {
  readonly id: DeviceId;
  user: UserId | undefined;
  session: SessionId | undefined;
  #counter = 0;

  constructor(name: string) {
    this.id = deviceIdOf(name);
  }

  get actor(): Actor {
    return { device: this.id, session: this.session };
  }

  nextRequest(): RequestId {
    this.#counter += 1;
    return requestIdOf(this.id, this.#counter);
  }

  nextSession(): SessionId {
    return sessionIdOf(this.id, this.#counter + 1);
  }
}

/** A device with somebody logged in. */
export type Member = Device & { readonly user: UserId; readonly session: SessionId };

export class World {
  readonly state: State = emptyState();
  /** All that was applied, in order. */
  readonly operations: Operation[] = [];
  now = BEGINNING_MS;
  readonly #clock = new HybridClock();
  readonly #incarnation: IncarnationId;

  constructor(slot = 1) {
    this.#incarnation = incarnationOf(slot);
  }

  /** What `decide` says, with nothing applied. */
  judge(device: Device, command: PlainCommand, mode: OperationMode = 'reject'): Operation | Refusal | Unchanged {
    this.now += 1;
    const context = { ...this.#place(), requestId: device.nextRequest(), mode, now: this.now };
    return decide(this.state, device.actor, command as Command, context);
  }

  /** Decides and applies. Throws unless there is an operation and it is taken. */
  run(device: Device, command: PlainCommand, mode: OperationMode = 'reject'): Operation {
    const decision = this.judge(device, command, mode);
    if (!('stamp' in decision)) throw new Error(`${command.type}: ${decision.ok ? 'unchanged' : decision.code}`);
    const outcome = this.apply(decision);
    if (!outcome.ok) throw new Error(`${command.type}: ${outcome.code}`);
    return decision;
  }

  apply(operation: Operation): Outcome {
    this.operations.push(operation);
    const outcome = applyOperation(this.state, operation);
    const broken = brokenInvariants(this.state);
    if (broken.length > 0) throw new Error(broken.join('; '));
    return outcome;
  }

  /** Applies what no `decide` has seen, as it comes from another tracker. */
  applyBody(body: OperationBody, what: Partial<Operation> = {}): Outcome {
    this.now += 1;
    const requestId = requestIdOf(deviceIdOf('elsewhere'), this.operations.length);
    return this.apply({ ...this.#place(), requestId, mode: 'reject', actor: null, body, ...what });
  }

  digest(): string {
    return stateDigest(this.state, sha256);
  }

  /** A device with a new user logged in. */
  user(name: string): Member {
    const device = new Device(name);
    this.run(device, { type: 'create_user', user: name, credential: `hash of ${name}'s password` });
    return this.login(device, name);
  }

  login(device: Device, name: string, deviceName?: DeviceName): Member {
    const row = this.state.users.get(this.state.userNames.get(name) as UserId);
    if (row === undefined) throw new Error(`no user ${name}`);
    const { id: user, credentialVersion } = row;
    const session = device.nextSession();
    const expires = this.now + SESSION_MS;
    this.run(device, { type: 'login', user, credentialVersion, session, expires, deviceName });
    return Object.assign(device, { user, session });
  }

  /** As it comes from another tracker: a log-in of this user with the password that is current here. */
  loginElsewhere({ user }: Member, what: Pick<OpenSession, 'session' | 'device'> & Partial<OpenSession>): SessionId {
    const credentialVersion = this.state.users.get(user)?.credentialVersion as RequestId;
    const times = { at: this.now, expires: this.now + SESSION_MS };
    const body = { kind: 'open_session', user, credentialVersion, ...times, ...what } as const;
    this.applyBody(body, { mode: 'keep' });
    return what.session;
  }

  group(name: string, owner: Device, ...members: Member[]): GroupId {
    const { requestId } = this.run(owner, { type: 'create_group', group: name });
    for (const member of members) this.admit(name, owner, member);
    return requestId as string as GroupId;
  }

  admit(group: string, owner: Device, member: Member): void {
    this.run(member, { type: 'join_group', group });
    this.run(owner, { type: 'accept_request', group, user: this.nameOf(member) });
  }

  share(device: Device, group: string, file: string, content = file): FileId {
    return this.run(device, shareOf(group, file, content)).requestId as string as FileId;
  }

  nameOf({ user }: Member): string {
    return this.state.users.get(user)?.name ?? '';
  }

  #place() {
    return { stamp: this.#clock.next(this.now, this.#incarnation), seq: this.operations.length + 1 };
  }
}

/** The code of a refusal, or what else came instead of one. */
export function codeOf(decision: Operation | Refusal | Unchanged): string {
  if ('stamp' in decision) return 'operation';
  return decision.ok ? 'unchanged' : decision.code;
}
