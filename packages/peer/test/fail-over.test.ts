import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FailOverEffect,
  type FailOverInput,
  type FailOverState,
  initialFailOver,
  stepFailOver,
} from '../src/tracker-session/fail-over.js';

const PATIENCE_MS = 10_000;
const PAUSE_MS = 500;

function stepsOf(slotCount: number) {
  let state: FailOverState = initialFailOver(slotCount);
  return (input: FailOverInput, now: number): readonly FailOverEffect[] => {
    const step = stepFailOver(state, input, { now, patienceMs: PATIENCE_MS, pauseMs: () => PAUSE_MS });
    state = step.state;
    return step.effects;
  };
}

const failed: FailOverInput = { type: 'failed', mismatch: false };
const withoutWakes = (effects: readonly FailOverEffect[]) => effects.filter(({ type }) => type !== 'wake');

describe('which tracker is tried', () => {
  it('begins with the first choice and goes on in the order of the file', () => {
    const step = stepsOf(3);
    expect(withoutWakes(step({ type: 'start', first: 1 }, 0))).toEqual([{ type: 'dial', slot: 1 }]);
    expect(withoutWakes(step(failed, 10))).toEqual([{ type: 'dial', slot: 2 }]);
    expect(withoutWakes(step(failed, 20))).toEqual([{ type: 'dial', slot: 0 }]);
    expect(withoutWakes(step({ type: 'greeted' }, 30))).toEqual([{ type: 'connected', slot: 0, lost: undefined }]);
  });

  it('follows a lost tracker with the next at once, and tells which one was lost', () => {
    const step = stepsOf(2);
    step({ type: 'start', first: 0 }, 0);
    step({ type: 'greeted' }, 10);
    expect(withoutWakes(step({ type: 'lost' }, 1_000))).toEqual([{ type: 'dial', slot: 1 }]);
    expect(withoutWakes(step({ type: 'greeted' }, 1_010))).toEqual([{ type: 'connected', slot: 1, lost: 0 }]);
  });

  it('pauses after a round in which none answered, says so once, and begins the next where the last began', () => {
    const step = stepsOf(2);
    step({ type: 'start', first: 0 }, 0);
    step(failed, 1);
    expect(step(failed, 2)).toEqual([
      { type: 'wake', at: 2 + PAUSE_MS },
      { type: 'unreachable', slot: 0 },
    ]);
    expect(step({ type: 'tick' }, 2 + PAUSE_MS - 1)).toEqual([]);
    expect(step({ type: 'tick' }, 2 + PAUSE_MS)).toEqual([{ type: 'dial', slot: 0 }]);
    step(failed, 1_000);
    expect(withoutWakes(step(failed, 1_001))).toEqual([]);
  });

  it('ignores what comes from an attempt that is over', () => {
    const step = stepsOf(2);
    step({ type: 'start', first: 0 }, 0);
    expect(step({ type: 'lost' }, 1)).toEqual([]);
    step({ type: 'greeted' }, 2);
    expect(step(failed, 3)).toEqual([]);
    expect(step({ type: 'greeted' }, 4)).toEqual([]);
    expect(step({ type: 'tick' }, 100_000)).toEqual([]);
  });
});

describe('when a request is given up', () => {
  it('is after the patience since it was asked without a tracker', () => {
    const step = stepsOf(1);
    step({ type: 'start', first: 0 }, 0);
    step(failed, 1);
    expect(step({ type: 'asked' }, 4_000)).toEqual([{ type: 'wake', at: 14_000 }]);
    const atTen = step({ type: 'tick' }, 10_000);
    expect(atTen).toContainEqual({ type: 'give_up', askedUntil: 0, code: 'no_tracker' });
    expect(step({ type: 'tick' }, 14_000)).toContainEqual({ type: 'give_up', askedUntil: 4_000, code: 'no_tracker' });
  });

  it('is after the patience since the tracker was lost, for what was asked before', () => {
    const step = stepsOf(1);
    step({ type: 'start', first: 0 }, 0);
    step({ type: 'greeted' }, 1);
    expect(step({ type: 'lost' }, 60_000)).toContainEqual({ type: 'wake', at: 70_000 });
    step(failed, 60_001);
    expect(step({ type: 'tick' }, 69_999).some(({ type }) => type === 'give_up')).toBe(false);
    expect(step({ type: 'tick' }, 70_000)).toContainEqual({ type: 'give_up', askedUntil: 60_000, code: 'no_tracker' });
  });

  it('is at once where a tracker shows another key and no other one answers', () => {
    const step = stepsOf(2);
    step({ type: 'start', first: 0 }, 0);
    expect(step({ type: 'failed', mismatch: true }, 5).some(({ type }) => type === 'give_up')).toBe(false);
    const refused = { type: 'give_up', code: 'identity_changed' } as const;
    expect(step(failed, 6)).toContainEqual({ ...refused, askedUntil: 6 });
    expect(step({ type: 'asked' }, 7)).toEqual([{ ...refused, askedUntil: 7 }]);
    step({ type: 'tick' }, 6 + PAUSE_MS);
    step({ type: 'greeted' }, 1_000);
    step({ type: 'lost' }, 2_000);
    expect(step({ type: 'asked' }, 2_001)).toEqual([{ type: 'wake', at: 2_001 + PATIENCE_MS }]);
  });
});

/** Trackers that go up and down on a virtual clock, and a client that is told nothing but what a dial brings. */
class World {
  readonly up: boolean[];
  connected: number | undefined;
  #state: FailOverState;
  #now = 0;
  readonly #agenda: { at: number; run: () => void }[] = [];

  constructor(slotCount: number) {
    this.up = Array.from({ length: slotCount }, () => false);
    this.#state = initialFailOver(slotCount);
  }

  input(input: FailOverInput): void {
    const context = {
      now: this.#now,
      patienceMs: PATIENCE_MS,
      pauseMs: (round: number) => Math.min(2_000, 100 * 2 ** round),
    };
    const { state, effects } = stepFailOver(this.#state, input, context);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  set(slot: number, up: boolean): void {
    this.up[slot] = up;
    if (up || this.connected !== slot) return;
    this.connected = undefined;
    this.input({ type: 'lost' });
  }

  run(untilMs: number): void {
    for (;;) {
      this.#agenda.sort((a, b) => a.at - b.at);
      const next = this.#agenda[0];
      if (next === undefined || next.at > untilMs) break;
      this.#agenda.shift();
      this.#now = next.at;
      next.run();
    }
    this.#now = untilMs;
  }

  #perform(effect: FailOverEffect): void {
    if (effect.type === 'wake') this.#agenda.push({ at: effect.at, run: () => this.input({ type: 'tick' }) });
    if (effect.type !== 'dial') return;
    const { slot } = effect;
    const answer = (): void => {
      if (this.up[slot]) this.connected = slot;
      this.input(this.up[slot] ? { type: 'greeted' } : failed);
    };
    this.#agenda.push({ at: this.#now + 20, run: answer });
  }
}

describe('any schedule of trackers going up and down', () => {
  it('ends connected if one of them is up', () => {
    const change = fc.record({ afterMs: fc.nat(30_000), slot: fc.nat(4), up: fc.boolean() });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(change, { maxLength: 30 }),
        fc.nat(4),
        (count, changes, last) => {
          const world = new World(count);
          world.input({ type: 'start', first: last % count });
          let now = 0;
          for (const { afterMs, slot, up } of changes) {
            now += afterMs;
            world.run(now);
            world.set(slot % count, up);
          }
          world.set(last % count, true);
          world.run(now + 2_000 + 20 * count);
          expect(world.connected === undefined ? false : world.up[world.connected]).toBe(true);
        },
      ),
    );
  });
});
