/** Inputs: nothing but the seed decides on them, and they are what a target can use. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Dice, decodeScript, encodeScript, mutateBytes, mutateScript, mutateValue, valuesOf } from '../src/index.js';
import { inputOf } from '../src/run/input.js';
import type { Target } from '../src/target.js';

const target: Target = {
  name: 'plain',
  kind: 'decoder',
  executions: 1,
  maxBytes: 50,
  generate: (dice) => dice.bytes(dice.below(40)),
  run: () => true,
};

const bytes = fc.uint8Array({ maxLength: 60 });

describe('the input of an execution', () => {
  const inputs = (seed: number, kept: readonly Uint8Array[] = []) =>
    Array.from({ length: 200 }, (_, execution) => inputOf({ target, kept, seed }, execution).join());

  test('is the same for the same seed and number, and another for another', () => {
    expect(inputs(1)).toEqual(inputs(1));
    expect(new Set(inputs(1)).size).toBeGreaterThan(150);
    expect(inputs(2).filter((input, index) => input === inputs(1)[index]).length).toBeLessThan(20);
  });

  test('is within its bound, and now and then one that is kept', () => {
    const kept = [Uint8Array.from({ length: 70 }, () => 7)];
    expect(inputs(1, kept)).toContain(new Array(50).fill(7).join());
    expect(inputs(1, kept).every((input) => input.split(',').length <= 50)).toBe(true);
  });
});

test('bytes are changed, and those they were made of are not', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.nat(), (input, other, seed) => {
      const before = [input.slice(), other.slice()];
      expect(mutateBytes(new Dice(seed), { input, other }, 80).length).toBeLessThanOrEqual(80);
      expect([input, other]).toEqual(before);
    }),
  );
});

test('values are changed, and those they were made of are not', () => {
  fc.assert(
    fc.property(fc.object(), fc.object(), fc.nat(), (value, other, seed) => {
      const before = structuredClone([value, other]);
      mutateValue(new Dice(seed), value, other);
      expect([value, other]).toEqual(before);
    }),
  );
});

describe('a script', () => {
  const step = fc.record({ kind: fc.nat(255), lane: fc.nat(255), payload: bytes });

  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        expect(decodeScript(encodeScript(steps), steps.length)).toEqual(steps);
      }),
    );
  });

  test('is some conversation whatever bytes it is made of, and stays one', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), (input, other, seed) => {
        expect(decodeScript(input, 5).length).toBeLessThanOrEqual(5);
        const mutated = mutateScript(new Dice(seed), { input, other }, { maxSteps: 5, maxBytes: 40 });
        expect(encodeScript(decodeScript(mutated, 5))).toEqual(mutated);
      }),
    );
  });
});

describe('values of a schema', () => {
  const name = z.string().transform((text, context) => {
    if (/^[a-z]+$/.test(text)) return text;
    context.addIssue('no');
    return z.NEVER;
  });
  const entry = z.int().min(0);
  const key = z.string().regex(/^[0-9]\.[a-f]{4}$/);
  const map = z.custom<Record<string, number>>((value) => typeof value === 'object').meta({ key, entry });
  const schemas = {
    'an object': z.object({ type: z.literal('a'), id: z.int().min(0).max(9), flag: z.boolean().optional() }),
    'a union': z.discriminatedUnion('type', [
      z.object({ type: z.literal('a') }),
      z.object({ type: z.literal('b'), name }),
    ]),
    'what is checked by hand': z.object({ name, even: z.int().refine((value) => value % 2 === 0) }),
    'bytes of one length': z.instanceof(Uint8Array).refine(({ length }) => length === 32),
    'a map whose keys are data': map,
    'lists and pairs': z.array(z.tuple([z.int(), z.enum(['x', 'y'])])).max(4),
    'texts with bounds': z.string().min(3).max(5).nullable(),
  };

  test.each(Object.entries(schemas))('%s: most of them fit', (_what, schema) => {
    const values = valuesOf(schema);
    const made = Array.from({ length: 300 }, (_, seed) => values(new Dice(seed)));
    expect(made.filter((value) => schema.safeParse(value).success).length).toBeGreaterThan(200);
    expect(new Set(made.map((value) => JSON.stringify(value))).size).toBeGreaterThan(1);
  });

  test('keys and entries of a map are made too', () => {
    const values = valuesOf(map);
    const entries = Array.from({ length: 50 }, (_, seed) => Object.entries(values(new Dice(seed)) as object)).flat();
    expect(entries.length).toBeGreaterThan(10);
    for (const [text, value] of entries) expect([key.safeParse(text).success, value >= 0]).toEqual([true, true]);
  });

  test('what the caller knows better comes up most of the time', () => {
    const values = valuesOf(z.object({ key }), new Map([[key, ['1.abcd']]]));
    const known = Array.from({ length: 100 }, (_, seed) => values(new Dice(seed)) as { key: string });
    expect(known.filter((value) => value.key === '1.abcd').length).toBeGreaterThan(70);
  });
});
