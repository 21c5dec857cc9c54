/**
 * What is decided upon: the requests of clients, with every secret already turned into what the state may hold. The
 * tracker's shell hashes and checks passwords before; nothing here ever sees one.
 */
import type {
  DeviceId,
  DeviceName,
  MutationRequest,
  OperationMode,
  RequestId,
  SessionId,
  Stamp,
  UserId,
  UserName,
} from '@p2p/protocol';

type WithSecrets = 'create_user' | 'login' | 'change_password';
/** Distributes over the union, so that `type` goes on telling the members apart. */
type WithoutEnvelope<R> = R extends unknown ? Omit<R, 'id' | 'counter'> : never;

export type Command =
  | WithoutEnvelope<Exclude<MutationRequest, { type: WithSecrets }>>
  | { readonly type: 'create_user'; readonly user: UserName; readonly credential: string }
  /** `credentialVersion`: the one that the password was checked against. */
  | {
      readonly type: 'login';
      readonly user: UserId;
      readonly credentialVersion: RequestId;
      readonly session: SessionId;
      readonly expires: number;
      readonly deviceName?: DeviceName | undefined;
    }
  /** `credentialVersion`: the one that the old password was checked against. */
  | { readonly type: 'change_password'; readonly credentialVersion: RequestId; readonly credential: string };

export type CommandType = Command['type'];

/** Who asks: a device, and the session it has shown. */
export interface Actor {
  readonly device: DeviceId;
  readonly session: SessionId | undefined;
}

/** Where and when the decision is made: all that goes into the operation besides its body. */
export interface DecisionContext {
  readonly requestId: RequestId;
  readonly stamp: Stamp;
  readonly seq: number;
  readonly mode: OperationMode;
  /** Wall clock, ms: sessions are judged by it. */
  readonly now: number;
}
