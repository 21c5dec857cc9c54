/** Values that fit a schema, generated from the schema: whatever a message allows, some test has sent. */
import fc from 'fast-check';
import * as z from 'zod';
import {
  deviceName,
  fileName,
  groupName,
  newFileName,
  newGroupName,
  newPassword,
  newUserName,
  triedPassword,
  userName,
} from '../src/fields.js';
import { checkName, MAX_PASSWORD_BYTES, MIN_PASSWORD_BYTES, type NameKind, utf8Length } from '../src/index.js';
import { pieceLength } from '../src/operations.js';
import { type EntrySchemas, entryOf } from './schema-fields.js';

function names(kind: NameKind): fc.Arbitrary<string> {
  return fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .map((text) => checkName(kind, text, true))
    .filter((check) => check.ok)
    .map((check) => check.name);
}

const passwords = fc
  .string({ unit: 'grapheme', minLength: 2, maxLength: 60 })
  .filter((text) => utf8Length(text) >= MIN_PASSWORD_BYTES && utf8Length(text) <= MAX_PASSWORD_BYTES);

/** Schemas whose values a walk over the schema can't guess. */
const known = new Map<z.core.$ZodType, fc.Arbitrary<unknown>>([
  [deviceName, names('user')],
  [userName, names('user')],
  [newUserName, names('user')],
  [groupName, names('group')],
  [newGroupName, names('group')],
  [fileName, names('file')],
  [newFileName, names('file')],
  [newPassword, passwords],
  [triedPassword, passwords],
  [pieceLength, fc.integer({ min: 18, max: 24 }).map((exponent) => 2 ** exponent)],
]);

function strings(schema: z.ZodString): fc.Arbitrary<string> {
  for (const check of schema.def.checks ?? []) {
    const { pattern } = check._zod.def as { pattern?: RegExp };
    if (pattern !== undefined) return fc.stringMatching(pattern);
  }
  return fc.string({
    unit: 'grapheme-composite',
    minLength: schema.minLength ?? 0,
    maxLength: Math.min(schema.maxLength ?? 50, 50),
  });
}

function objects(schema: z.ZodObject): fc.Arbitrary<unknown> {
  const fields = Object.entries<z.core.$ZodType>(schema.shape);
  const required = fields.filter(([, field]) => !(field instanceof z.ZodOptional)).map(([name]) => name);
  return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, valuesOf(field)])), {
    requiredKeys: required,
    noNullPrototype: true,
  });
}

function unrefined(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodObject) return objects(schema);
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(valuesOf));
  if (schema instanceof z.ZodOptional) return valuesOf(schema.unwrap());
  if (schema instanceof z.ZodNullable) return fc.oneof(fc.constant(null), valuesOf(schema.unwrap()));
  if (schema instanceof z.ZodArray) return fc.array(valuesOf(schema.element), { minLength: 1, maxLength: 3 });
  if (schema instanceof z.ZodTuple) return fc.tuple(...schema.def.items.map(valuesOf));
  const parts = entryOf(schema);
  if (parts !== undefined) return dictionaries(parts);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return fc.maxSafeInteger().map((value) => clamp(schema, value));
  if (schema instanceof z.ZodString) return strings(schema);
  // Byte strings: a token, piece hashes, a bitfield.
  return fc.constantFrom(0, 32, 64).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
}

/** Both bounds come up often, and everything in between. */
function clamp(schema: z.ZodNumber, value: number): number {
  return Math.min(Math.max(value, schema.minValue ?? value), schema.maxValue ?? value);
}

function dictionaries({ key, entry }: EntrySchemas): fc.Arbitrary<unknown> {
  const keys = valuesOf(key).filter((text) => typeof text === 'string');
  return fc.dictionary(keys, valuesOf(entry), { maxKeys: 3, noNullPrototype: true });
}

/** Any value that `schema` takes and leaves as it is. */
export function valuesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  return known.get(schema) ?? unrefined(schema).filter((value) => z.safeParse(schema, value).success);
}
