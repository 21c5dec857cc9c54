/** What comes to a tracker: requests, and messages of others as bytes. */
import { decodeMessage, MAX_SYNC_VALUES, type RequestId, syncMessage } from '@p2p/protocol';
import type { Actor, Command, ReplicaInput, ReplicatedMessage, Ticket } from '@p2p/state';

/** Omits `now`, which the process adds by its own clock. */
export type Untimed<I> = I extends { now: number } ? Omit<I, 'now'> : I;

/** A client's request, as it arrives. */
export interface Ask {
  readonly ticket: Ticket;
  readonly requestId: RequestId;
  readonly actor: Actor;
  readonly command: Command;
}

/** What somebody waits for: a client, or an operator. */
export type Waited = Extract<Untimed<ReplicaInput>, { kind: 'request' | 'operate' }>;

/** Through the real codec and its schemas. What doesn't fit them is a bug of whoever sent it. */
export function decodedMessage(bytes: Uint8Array): ReplicatedMessage {
  const result = decodeMessage(syncMessage, bytes, MAX_SYNC_VALUES);
  if (!result.ok) throw new Error(`a message does not fit its schema: ${result.reason}`);
  // What was one of these messages before it was encoded still is.
  return result.message as ReplicatedMessage;
}
