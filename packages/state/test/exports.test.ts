/**
 * What the package promises to those who import it. The names are checked here as it runs, the types by the compiler
 * (`pnpm types`).
 */
import type { Operation, Refusal } from '@p2p/protocol';
import { expect, expectTypeOf, test } from 'vitest';
import * as state from '../src/index.js';

test('the names are there', () => {
  expect(Object.keys(state)).toEqual(
    expect.arrayContaining(['applyOperation', 'brokenInvariants', 'decide', 'emptyState', 'Replica', 'stateDigest']),
  );
});

test('operations fold into a state', () => {
  expectTypeOf(state.emptyState).returns.toEqualTypeOf<state.State>();
  expectTypeOf(state.applyOperation).toEqualTypeOf<(into: state.State, operation: Operation) => state.Outcome>();
  expectTypeOf(state.stateDigest).parameters.toEqualTypeOf<[state.State, (bytes: Uint8Array) => Uint8Array]>();
  expect(state.stateDigest(state.emptyState(), (bytes) => bytes)).toBe('0'.repeat(64));
});

test('a decision is an operation, a refusal, or that nothing has to change', () => {
  expectTypeOf(state.decide).returns.toEqualTypeOf<Operation | Refusal | state.Unchanged>();
  expectTypeOf(state.decide).parameters.toEqualTypeOf<
    [state.State, state.Actor, state.Command, state.DecisionContext]
  >();
  const actor = { device: 'd' as never, session: undefined };
  const context = { requestId: 'd.1', stamp: { time: 1, count: 0, incarnation: '1.a' }, seq: 1, mode: 'keep', now: 1 };
  expect(state.decide(state.emptyState(), actor, { type: 'logout' }, context as never)).toMatchObject({ ok: false });
});

test('no command carries a password', () => {
  type Fields<C> = C extends unknown ? keyof C : never;
  expectTypeOf<Extract<Fields<state.Command>, `${string}assword` | 'token'>>().toBeNever();
});

test('rows are read-only', () => {
  expectTypeOf<state.User>().toEqualTypeOf<Readonly<state.User>>();
  expectTypeOf<state.SharedFile>().toEqualTypeOf<Readonly<state.SharedFile>>();
});
