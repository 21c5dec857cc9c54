/** What a running tracker does for whoever runs it: one request, one reply, and the connection ends. */
import {
  encodeMessage,
  MAX_REFUSAL_DETAIL_BYTES,
  type OperatorReply,
  type OperatorRequest,
  PROTOCOL_VERSION,
} from '@p2p/protocol';
import type { OperatorCommand, ReplicaAnswer } from '@p2p/state';
import type { Connection } from '@p2p/transport';
import type { KeyRotated } from '../cluster-keys/rotate-key.js';
import type { Log } from '../log.js';

export interface OperatorServices {
  /** Carries out what is agreed on between the trackers; refused where that may not be. */
  operate(command: OperatorCommand): Promise<ReplicaAnswer>;
  /** Gives the cluster a new key. */
  rotateKey(): Promise<KeyRotated>;
  readonly log: Log;
}

/** Never rejects. */
export async function answerOperator(
  connection: Connection,
  request: OperatorRequest,
  services: OperatorServices,
): Promise<void> {
  try {
    connection.send(encodeMessage(await replyTo(request, services)));
  } catch (error) {
    // A bug: the operator hears of it here and there, and everybody else goes on.
    services.log.error(`${request.type} failed: ${error instanceof Error ? error.stack : String(error)}`);
    connection.send(encodeMessage(refused('an internal error; the log of the tracker says more')));
  }
  connection.close();
}

async function replyTo(request: OperatorRequest, services: OperatorServices): Promise<OperatorReply> {
  if (request.protocol !== PROTOCOL_VERSION)
    return refused('the running tracker speaks another version of the protocol');
  if (request.type === 'rotate_key') {
    const rotated = await services.rotateKey();
    return rotated.ok ? { type: 'rotated', ...rotated.rotation } : refused(rotated.message);
  }
  const { protocol: _, ...command } = request;
  const answer = await services.operate(command);
  if (!answer.ok) return refused(answer.message);
  services.log.info(logLineOf(command));
  return { type: 'done', replicated: answer.replicated };
}

function logLineOf(command: OperatorCommand): string {
  switch (command.type) {
    case 'retire':
      return `tracker ${command.slot} is retired: nobody waits for it any more`;
    case 'reset_password':
      return `the password of ${command.user} was reset from this machine: all of the user's devices are logged out`;
  }
}

function refused(detail: string): OperatorReply {
  return { type: 'refused', detail: detail.slice(0, MAX_REFUSAL_DETAIL_BYTES) };
}
