/**
 * Which tracker to try when, and when to stop waiting: a pure step, without sockets and timers. Trackers are tried in
 * the file's order beginning with the first choice; the one that answers is kept; a lost one is followed by the next
 * at once; when none answers, the round is repeated after a pause, for ever. The adapter is tracker-line.ts.
 */

/** Index of a tracker in the list that the session was given. */
export type Slot = number;

type Phase =
  | { readonly at: 'idle' }
  | { readonly at: 'dialling'; readonly slot: Slot }
  | { readonly at: 'connected'; readonly slot: Slot }
  | { readonly at: 'pausing'; readonly next: Slot; readonly until: number };

export interface FailOverState {
  readonly slotCount: number;
  readonly phase: Phase;
  /** Trackers that failed in a row since one was connected. */
  readonly failures: number;
  /** Whether one of them showed another key than the pinned one. */
  readonly mismatch: boolean;
  /** The tracker that was lost and has no successor yet. */
  readonly lost: Slot | undefined;
  /** When the last connection ended, or the session began. */
  readonly disconnectedAt: number;
}

export type FailOverInput =
  | { readonly type: 'start'; readonly first: Slot }
  /** The hello of the tracker being dialled was answered. */
  | { readonly type: 'greeted' }
  /** The tracker being dialled can't be used; `mismatch`: it showed another key. */
  | { readonly type: 'failed'; readonly mismatch: boolean }
  /** The connected tracker is gone. */
  | { readonly type: 'lost' }
  /** Somebody wants an answer. */
  | { readonly type: 'asked' }
  | { readonly type: 'tick' };

export type FailOverEffect =
  | { readonly type: 'dial'; readonly slot: Slot }
  /** Connected: everything unanswered is to be sent (again). `lost`: the tracker that this one takes over from. */
  | { readonly type: 'connected'; readonly slot: Slot; readonly lost: Slot | undefined }
  /** For a person, once until the next connection: no tracker answers. */
  | { readonly type: 'unreachable'; readonly slot: Slot }
  /** Requests made up to this time have waited long enough, and are answered with this code. */
  | { readonly type: 'give_up'; readonly askedUntil: number; readonly code: 'no_tracker' | 'identity_changed' }
  /** A tick is due at this time. */
  | { readonly type: 'wake'; readonly at: number };

export interface FailOverContext {
  readonly now: number;
  /** How long a request waits while no tracker is connected. */
  readonly patienceMs: number;
  /** The pause after the `round`-th round (from 0) in which no tracker answered. */
  readonly pauseMs: (round: number) => number;
}

export interface FailOverStep {
  readonly state: FailOverState;
  readonly effects: readonly FailOverEffect[];
}

export function initialFailOver(slotCount: number): FailOverState {
  return { slotCount, phase: { at: 'idle' }, failures: 0, mismatch: false, lost: undefined, disconnectedAt: 0 };
}

/** Inputs that don't fit the phase are ignored: they come from an attempt that is over. */
export function stepFailOver(state: FailOverState, input: FailOverInput, context: FailOverContext): FailOverStep {
  switch (input.type) {
    case 'start':
      return dial({ ...state, disconnectedAt: context.now }, input.first, context);
    case 'greeted':
      return greeted(state);
    case 'failed':
      return failed(state, input.mismatch, context);
    case 'lost':
      return lost(state, context);
    case 'asked':
      return asked(state, context);
    case 'tick':
      return tick(state, context);
  }
}

const unchanged = (state: FailOverState): FailOverStep => ({ state, effects: [] });

function dial(state: FailOverState, slot: Slot, context: FailOverContext): FailOverStep {
  const effects: FailOverEffect[] = [{ type: 'dial', slot }];
  if (state.failures === 0) effects.push({ type: 'wake', at: context.now + context.patienceMs });
  return { state: { ...state, phase: { at: 'dialling', slot } }, effects };
}

function greeted(state: FailOverState): FailOverStep {
  if (state.phase.at !== 'dialling') return unchanged(state);
  const { slot } = state.phase;
  return {
    state: { ...state, phase: { at: 'connected', slot }, failures: 0, mismatch: false, lost: undefined },
    effects: [{ type: 'connected', slot, lost: state.lost }],
  };
}

function failed(before: FailOverState, mismatch: boolean, context: FailOverContext): FailOverStep {
  if (before.phase.at !== 'dialling') return unchanged(before);
  const { slot } = before.phase;
  const next = (slot + 1) % before.slotCount;
  const state = { ...before, failures: before.failures + 1, mismatch: before.mismatch || mismatch };
  if (state.failures % state.slotCount !== 0) return dial(state, next, context);
  const round = state.failures / state.slotCount - 1;
  const until = context.now + context.pauseMs(round);
  const effects: FailOverEffect[] = [{ type: 'wake', at: until }];
  if (round === 0) effects.push({ type: 'unreachable', slot: state.lost ?? next });
  // Waiting can't help where somebody else answers in the tracker's place.
  if (state.mismatch) effects.push({ type: 'give_up', askedUntil: context.now, code: 'identity_changed' });
  return { state: { ...state, phase: { at: 'pausing', next, until } }, effects };
}

function lost(state: FailOverState, context: FailOverContext): FailOverStep {
  if (state.phase.at !== 'connected') return unchanged(state);
  const { slot } = state.phase;
  return dial({ ...state, lost: slot, disconnectedAt: context.now }, (slot + 1) % state.slotCount, context);
}

function asked(state: FailOverState, context: FailOverContext): FailOverStep {
  if (state.phase.at === 'connected') return unchanged(state);
  const knownMismatch = state.mismatch && state.failures >= state.slotCount;
  if (knownMismatch) {
    return { state, effects: [{ type: 'give_up', askedUntil: context.now, code: 'identity_changed' }] };
  }
  return { state, effects: [{ type: 'wake', at: context.now + context.patienceMs }] };
}

function tick(state: FailOverState, context: FailOverContext): FailOverStep {
  const { phase } = state;
  if (phase.at === 'connected' || phase.at === 'idle') return unchanged(state);
  const step =
    phase.at === 'pausing' && context.now >= phase.until ? dial(state, phase.next, context) : unchanged(state);
  const askedUntil = context.now - context.patienceMs;
  if (askedUntil < state.disconnectedAt) return step;
  return { state: step.state, effects: [...step.effects, { type: 'give_up', askedUntil, code: 'no_tracker' }] };
}
