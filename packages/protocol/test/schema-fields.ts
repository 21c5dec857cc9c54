/** What a schema's message is called and which fields it has, read from the schemas themselves. */
import * as z from 'zod';

export interface EntrySchemas {
  readonly key: z.core.$ZodType;
  readonly entry: z.core.$ZodType;
}

/** What the keys and the entries of a map fit; undefined where the schema is no map whose keys are data. */
export function entryOf(schema: z.core.$ZodType): EntrySchemas | undefined {
  const { key, entry } = z.globalRegistry.get(schema) ?? {};
  return key instanceof z.ZodType && entry instanceof z.ZodType ? { key, entry } : undefined;
}

/** The schemas inside a schema: what it wraps, lists or chooses from. */
function innerSchemas(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) return Object.values<z.core.$ZodType>(schema.shape);
  if (schema instanceof z.ZodUnion) return schema.options;
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodTuple) return schema.def.items;
  const entries = entryOf(schema);
  if (entries !== undefined) return [entries.key, entries.entry];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return [schema.unwrap()];
  return [];
}

/** The alternatives of a union of any depth, as objects. */
export function messagesOf(schema: z.core.$ZodType): readonly z.ZodObject[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(messagesOf);
  if (schema instanceof z.ZodObject) return [schema];
  throw new Error('a message is an object');
}

/** The literal that tells the alternatives of a union apart: a message's `type`, an operation's `kind`. */
export function tagOf(message: z.ZodObject): string {
  const tag = message.shape.type ?? message.shape.kind;
  if (tag instanceof z.ZodLiteral && typeof tag.value === 'string') return tag.value;
  throw new Error('a message names its type');
}

/** Every field name in a message, at any depth; unions inside it (operations, presence) are described by themselves. */
export function fieldsOf(message: z.ZodObject): ReadonlySet<string> {
  const fields = new Set(Object.keys(message.shape));
  const collect = (schema: z.core.$ZodType): void => {
    if (schema instanceof z.ZodUnion) return;
    if (schema instanceof z.ZodObject) for (const field of Object.keys(schema.shape)) fields.add(field);
    innerSchemas(schema).forEach(collect);
  };
  innerSchemas(message).forEach(collect);
  return fields;
}
