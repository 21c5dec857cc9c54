/** What whoever runs a tracker may have done: decided as requests of clients are, but by other rules, and kept in any case. */
import { type OperationBody, type Refusal, refusal, type UserName } from '@p2p/protocol';
import { userByName } from '../lookup.js';
import type { State } from '../state.js';

export type OperatorCommand =
  /** A tracker never comes back. */
  | { readonly type: 'retire'; readonly slot: number }
  /** A user gets another password, whose hash this is. */
  | { readonly type: 'reset_password'; readonly user: UserName; readonly credential: string };

type OperatorBody = Extract<OperationBody, { kind: 'retire' | 'reset_credential' }>;

/** `retirementFault`: why a tracker can't be given up, for its operator; undefined where it can. */
export function decideForOperator(
  state: State,
  command: OperatorCommand,
  retirementFault: (slot: number) => string | undefined,
): OperatorBody | Refusal {
  if (command.type === 'reset_password') {
    const user = userByName(state, command.user);
    if (user === undefined) return refusal('no_such_user', `there is no user "${command.user}"`);
    return { kind: 'reset_credential', user: user.id, credential: command.credential };
  }
  // It has to be away: what it answers while nobody waits for it could be lost.
  const fault = retirementFault(command.slot);
  if (fault !== undefined) return refusal('bad_request', fault);
  return { kind: 'retire', slot: command.slot, ...slotChangeOf(state, command.slot) };
}

/** All that is known to have, or to be about to have, a slot: what a greeting or a retirement there puts an end to. */
export function slotChangeOf(
  state: State,
  slot: number,
): Required<Pick<Extract<OperationBody, { kind: 'hello' }>, 'replaces' | 'answers'>> {
  const row = state.slots.get(slot);
  return { replaces: [...(row?.incarnations ?? [])], answers: [...(row?.vacancies ?? [])] };
}
