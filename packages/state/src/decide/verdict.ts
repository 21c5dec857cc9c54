/** What a rule gets to judge by, and what it may come to. */
import type { OperationBody, Refusal, UserId } from '@p2p/protocol';
import type { State } from '../state.js';
import type { Actor, Command, CommandType, DecisionContext } from './commands.js';

/** The state is already what was asked for: nothing to agree on, but a success. */
export interface Unchanged {
  readonly ok: true;
  readonly unchanged: true;
}

export const unchanged: Unchanged = { ok: true, unchanged: true };

export type Verdict = OperationBody | Refusal | Unchanged;

export interface Asking {
  readonly actor: Actor;
  readonly context: DecisionContext;
}

export interface UserAsking extends Asking {
  readonly user: UserId;
}

export type CommandOf<T extends CommandType> = Extract<Command, { type: T }>;
export type AnonymousRule<T extends CommandType> = (state: State, command: CommandOf<T>, asking: Asking) => Verdict;
export type UserRule<T extends CommandType> = (state: State, command: CommandOf<T>, asking: UserAsking) => Verdict;
