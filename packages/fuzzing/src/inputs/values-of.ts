/**
 * Values that mostly fit a schema, made from the schema itself: a message that is new tomorrow is fuzzed by itself. Ids
 * come out of a small pool for each form, so that messages speak of the same things.
 */
import fc from 'fast-check';
import * as z from 'zod';
import { Dice } from '../dice.js';
import { notableText, plainText } from './notable-texts.js';

export type Values = (dice: Dice) => unknown;

/** Values that the caller knows better, by the schema that they fit: the ids and tokens of a world. */
export type Known = ReadonlyMap<z.core.$ZodType, readonly unknown[]>;

/** Texts of one form. */
const POOL_SIZE = 8;
/** How often something is tried that a check by hand may refuse. */
const UNCHECKED = 0.1;
/** How often a list is as long as may be, or nearly. */
const FULL = 1 / 5_000;
/** How often a field that may be absent is there. */
const PRESENT = 0.6;

/** Makes values for `schema`. Where `known` has some for a schema inside, they come up most of the time. */
export function valuesOf(schema: z.core.$ZodType, known: Known = new Map()): Values {
  const make = mostlyFitting(schema, plainValues(schema, known));
  const given = known.get(schema);
  return given === undefined ? make : (dice) => (dice.chance(0.9) ? dice.pick(given) : make(dice));
}

/** Where a check by hand has to be passed, mostly one of some values that were tried beforehand. */
function mostlyFitting(schema: z.core.$ZodType, make: Values): Values {
  if (!isCheckedByHand(schema)) return make;
  const dice = new Dice(1);
  const fitting: unknown[] = [];
  for (let tries = 0; tries < 2_000 && fitting.length < 4 * POOL_SIZE; tries++) {
    const value = make(dice);
    if (z.safeParse(schema, value).success) fitting.push(value);
  }
  return fitting.length === 0 ? make : (chance) => (chance.chance(UNCHECKED) ? make(chance) : chance.pick(fitting));
}

function isCheckedByHand(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodCustom || schema instanceof z.ZodPipe) return entryOf(schema) === undefined;
  return (schema._zod.def.checks ?? []).some((check) => check._zod.def.check === 'custom');
}

function plainValues(schema: z.core.$ZodType, known: Known): Values {
  const inner = (part: z.core.$ZodType) => valuesOf(part, known);
  const entries = entryOf(schema);
  if (entries !== undefined) return maps(inner(entries.key), inner(entries.entry));
  if (schema instanceof z.ZodObject) return objects(schema, inner);
  if (schema instanceof z.ZodUnion) return oneOf(schema.options.map(inner));
  if (schema instanceof z.ZodOptional) return inner(schema.unwrap());
  if (schema instanceof z.ZodNullable) return oneOf([() => null, inner(schema.unwrap())]);
  if (schema instanceof z.ZodArray) return lists(schema, inner(schema.element));
  if (schema instanceof z.ZodTuple) return tuples(schema.def.items.map(inner));
  if (schema instanceof z.ZodPipe) return inner(schema.in);
  if (schema instanceof z.ZodLiteral) return oneOfThese([...schema.values]);
  if (schema instanceof z.ZodEnum) return oneOfThese(schema.options);
  if (schema instanceof z.ZodBoolean) return (dice) => dice.chance(0.5);
  if (schema instanceof z.ZodNumber) return numbers(schema);
  if (schema instanceof z.ZodString) return texts(schema);
  return (dice) => dice.bytes(dice.pick([0, 1, 16, 31, 32, 32, 32, 33, 64, 96, 1_000]));
}

/** A map whose keys are data names in its metadata what they and its entries fit. */
function entryOf(schema: z.core.$ZodType): { key: z.core.$ZodType; entry: z.core.$ZodType } | undefined {
  const { key, entry } = z.globalRegistry.get(schema) ?? {};
  return key instanceof z.ZodType && entry instanceof z.ZodType ? { key, entry } : undefined;
}

function oneOf(choices: readonly Values[]): Values {
  return (dice) => dice.pick(choices)(dice);
}

function oneOfThese(choices: readonly unknown[]): Values {
  return (dice) => dice.pick(choices);
}

function objects(schema: z.ZodObject, inner: (part: z.core.$ZodType) => Values): Values {
  const fields = Object.entries<z.core.$ZodType>(schema.shape).map(
    ([name, part]) => [name, inner(part), part instanceof z.ZodOptional] as const,
  );
  return (dice) => {
    const object: Record<string, unknown> = {};
    for (const [name, make, isOptional] of fields) {
      if (!isOptional || dice.chance(PRESENT)) object[name] = make(dice);
    }
    return object;
  };
}

function maps(key: Values, entry: Values): Values {
  return (dice) => {
    const map: Record<string, unknown> = {};
    for (let left = dice.size(5); left > 0; left--) map[String(key(dice))] = entry(dice);
    return map;
  };
}

function lists(schema: z.ZodArray, element: Values): Values {
  const { minimum = 0, maximum = 1_000 } = schema._zod.bag as { minimum?: number; maximum?: number };
  return (dice) => {
    const most = dice.chance(FULL) ? Math.min(maximum, 10_000) : Math.min(maximum, 6);
    return Array.from({ length: minimum + dice.size(most - minimum + 1) }, () => element(dice));
  };
}

function tuples(items: readonly Values[]): Values {
  return (dice) => items.map((make) => make(dice));
}

/** Bounds, powers of two and their neighbours, small numbers, and anything between. */
function numbers(schema: z.ZodNumber): Values {
  const low = Math.max(schema.minValue ?? 0, Number.MIN_SAFE_INTEGER);
  const high = Math.min(schema.maxValue ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const make = (dice: Dice): number => {
    switch (dice.below(6)) {
      case 0:
        return dice.pick([low, high, low + 1, high - 1]);
      case 1:
        return 2 ** dice.below(53) + dice.pick([0, 0, -1, 1]);
      case 2:
        return low + Math.floor(dice.next() * (high - low));
      default:
        return low + dice.below(4);
    }
  };
  return (dice) => Math.min(high, Math.max(low, make(dice)));
}

const pools = new Map<string, readonly string[]>();

function texts(schema: z.ZodString): Values {
  for (const check of schema.def.checks ?? []) {
    const { pattern } = check._zod.def as { pattern?: RegExp };
    if (pattern !== undefined) return oneOfThese(poolOf(pattern));
  }
  const [low, high] = [schema.minLength ?? 0, schema.maxLength ?? Number.POSITIVE_INFINITY];
  return (dice) => {
    const text = dice.chance(0.5) ? plainText(dice, 12) : notableText(dice);
    return text.length >= low && text.length <= high
      ? text
      : plainText(dice, low + 4)
          .padEnd(low, 'x')
          .slice(0, high);
  };
}

/** The same few for every schema of a form. */
function poolOf(pattern: RegExp): readonly string[] {
  const known = pools.get(pattern.source);
  if (known !== undefined) return known;
  const pool = fc.sample(fc.stringMatching(pattern), { numRuns: POOL_SIZE, seed: 1 });
  pools.set(pattern.source, pool);
  return pool;
}
