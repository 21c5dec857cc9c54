/** Who has a tracker's slot, who is to begin anew at it, and which slots nobody waits for any more. */
import type { Operation, OperationBody } from '@p2p/protocol';
import type { Slot, State } from '../state.js';
import { done, type Outcome } from './outcome.js';

type Body<K extends OperationBody['kind']> = Extract<OperationBody, { kind: K }>;

const nobody: Slot = { incarnations: [], vacancies: [], retired: false, since: {} };

/** A tracker greets: it takes the place of those it knew. */
export function takeSlot(state: State, body: Body<'hello'>, operation: Operation): Outcome {
  const { incarnation } = operation.stamp;
  const row = without(state.slots.get(body.slot) ?? nobody, body);
  const incarnations = [...row.incarnations.filter((other) => other !== incarnation), incarnation];
  state.slots.set(body.slot, { ...row, incarnations, retired: false, since: sinceWith(row, operation) });
  return done;
}

export function vacateSlot(state: State, { slot }: Body<'vacate'>, operation: Operation): Outcome {
  const row = state.slots.get(slot) ?? nobody;
  const vacancies = [...row.vacancies, operation.requestId];
  state.slots.set(slot, { ...row, vacancies, since: sinceWith(row, operation) });
  return done;
}

export function retireSlot(state: State, body: Body<'retire'>, operation: Operation): Outcome {
  const row = without(state.slots.get(body.slot) ?? nobody, body);
  state.slots.set(body.slot, { ...row, retired: true, since: sinceWith(row, operation) });
  return done;
}

function without(row: Slot, { replaces = [], answers = [] }: Pick<Body<'hello'>, 'replaces' | 'answers'>): Slot {
  return {
    ...row,
    incarnations: row.incarnations.filter((incarnation) => !replaces.includes(incarnation)),
    vacancies: row.vacancies.filter((vacancy) => !answers.includes(vacancy)),
  };
}

function sinceWith({ since }: Slot, { stamp: { incarnation }, seq }: Operation): Slot['since'] {
  return { ...since, [incarnation]: Math.max(since[incarnation] ?? 0, seq) };
}
