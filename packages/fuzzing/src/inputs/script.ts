/**
 * A conversation as bytes: steps, one after the other, each of a kind, for one of a few lanes (connections), with a
 * payload. Whatever bytes there are, they are some conversation.
 */
import type { Dice } from '../dice.js';
import { mutateBytes, type Parents } from './mutate-bytes.js';
import { mutateValue } from './mutate-values.js';

export interface Step {
  /** What it means is the target's matter; from 0 to 255. */
  readonly kind: number;
  readonly lane: number;
  readonly payload: Uint8Array;
}

/** Kind, lane, and a length of three bytes, big-endian. */
const STEP_HEADER_BYTES = 5;

export function encodeScript(steps: readonly Step[]): Uint8Array {
  const bytes = new Uint8Array(steps.reduce((sum, { payload }) => sum + STEP_HEADER_BYTES + payload.length, 0));
  let at = 0;
  for (const { kind, lane, payload } of steps) {
    bytes.set([kind, lane, payload.length >>> 16, payload.length >>> 8, payload.length], at);
    bytes.set(payload, at + STEP_HEADER_BYTES);
    at += STEP_HEADER_BYTES + payload.length;
  }
  return bytes;
}

/** At most `maxSteps` of them; a last one that is cut off is as long as it is. */
export function decodeScript(bytes: Uint8Array, maxSteps: number): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at + STEP_HEADER_BYTES <= bytes.length && steps.length < maxSteps; ) {
    const [kind = 0, lane = 0, high = 0, middle = 0, low = 0] = bytes.subarray(at, at + STEP_HEADER_BYTES);
    at += STEP_HEADER_BYTES;
    const payload = bytes.subarray(at, at + high * 65_536 + middle * 256 + low);
    at += payload.length;
    steps.push({ kind, lane, payload });
  }
  return steps;
}

/** How often one step is said over and over: more than anybody may have outstanding. */
const REPEATED = 0.02;

type Change = (dice: Dice, steps: readonly Step[], other: readonly Step[]) => readonly Step[];

const changes: readonly Change[] = [
  (dice, steps) => without(steps, dice.below(steps.length)),
  (dice, steps) => withOne(steps, dice.below(steps.length + 1), dice.pick(steps)),
  (dice, steps, other) => withOne(steps, dice.below(steps.length + 1), dice.pick(other.length > 0 ? other : steps)),
  (dice, steps) => {
    const at = dice.below(steps.length);
    return withOne(without(steps, at), dice.below(steps.length), steps[at] as Step);
  },
  (dice, steps) => replaced(steps, dice, (step) => ({ ...step, lane: dice.below(4) })),
  (dice, steps) => replaced(steps, dice, (step) => ({ ...step, kind: dice.below(8) })),
];

function without(steps: readonly Step[], at: number): readonly Step[] {
  return steps.filter((_, index) => index !== at);
}

function withOne(steps: readonly Step[], at: number, step: Step): readonly Step[] {
  return [...steps.slice(0, at), step, ...steps.slice(at)];
}

function replaced(steps: readonly Step[], dice: Dice, change: (step: Step) => Step): readonly Step[] {
  const at = dice.below(steps.length);
  return steps.map((step, index) => (index === at ? change(step) : step));
}

export interface ScriptBounds {
  readonly maxSteps: number;
  /** Of a step's payload. */
  readonly maxBytes: number;
}

/** Steps left out, doubled, moved, said on another connection, or with another payload. */
export function mutateScript(dice: Dice, { input, other }: Parents, bounds: ScriptBounds): Uint8Array {
  const others = decodeScript(other, bounds.maxSteps);
  let steps: readonly Step[] = decodeScript(input, bounds.maxSteps);
  for (let left = 1 + dice.size(6); left > 0; left--) {
    if (steps.length === 0) steps = others;
    if (steps.length === 0) break;
    steps = dice.chance(0.5) ? dice.pick(changes)(dice, steps, others) : withBadPayload(dice, steps, bounds.maxBytes);
  }
  if (steps.length > 0 && dice.chance(REPEATED)) {
    const at = dice.below(steps.length);
    const step = steps[at] as Step;
    steps = [...steps.slice(0, at), ...new Array<Step>(1 + dice.size(600)).fill(step), ...steps.slice(at)];
  }
  return encodeScript(steps.slice(0, bounds.maxSteps));
}

/** How payloads are read and written that are messages. */
export interface PayloadCodec {
  pack(value: unknown): Uint8Array;
  /** Undefined where these bytes are no value. */
  unpack(bytes: Uint8Array): unknown;
}

export interface ConversationBounds extends ScriptBounds {
  readonly codec: PayloadCodec;
}

/** How often a payload of a conversation is changed as a value. */
const VALUE_CHANGED = 0.3;

/** As {@link mutateScript}, or with something wrong in the messages that are said. A step of kind 0 says one. */
export function mutateConversation(dice: Dice, parents: Parents, bounds: ConversationBounds): Uint8Array {
  if (dice.chance(0.5)) return mutateScript(dice, parents, bounds);
  const { maxSteps, codec } = bounds;
  const others = decodeScript(parents.other, maxSteps);
  const steps = decodeScript(parents.input, maxSteps).map((step) => {
    if (step.kind !== 0 || others.length === 0 || !dice.chance(VALUE_CHANGED)) return step;
    const value = mutateValue(dice, codec.unpack(step.payload), codec.unpack(dice.pick(others).payload));
    // What the codec gives is gone when it packs the next one.
    return { ...step, payload: new Uint8Array(codec.pack(value ?? null)) };
  });
  return encodeScript(steps);
}

function withBadPayload(dice: Dice, steps: readonly Step[], maxBytes: number): readonly Step[] {
  return replaced(steps, dice, (step) => ({
    ...step,
    payload: mutateBytes(dice, { input: step.payload, other: dice.pick(steps).payload }, maxBytes),
  }));
}
