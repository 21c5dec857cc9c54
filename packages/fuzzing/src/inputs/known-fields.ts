/** What a world knows better than its schemas: the names and ids of what is there, by the names of fields. */
import * as z from 'zod';
import type { Known } from './values-of.js';

/** Candidates by the name of a field; each schema takes those that fit it. */
export type Pools = Readonly<Record<string, readonly unknown[]>>;

/** The values in `pools` for every field of these messages, at any depth, and for lists under the field's name. */
export function knownFields(schemas: readonly z.core.$ZodType[], pools: Pools): Known {
  const known = new Map<z.core.$ZodType, readonly unknown[]>();
  const visit = (schema: z.core.$ZodType, name: string): void => {
    const fitting = (pools[name] ?? []).filter((value) => z.safeParse(schema, value).success);
    if (fitting.length > 0) known.set(schema, fitting);
    if (schema instanceof z.ZodObject) {
      for (const [field, inner] of Object.entries<z.core.$ZodType>(schema.shape)) visit(inner, field);
    } else if (schema instanceof z.ZodUnion) for (const option of schema.options) visit(option, name);
    else if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) visit(schema.unwrap(), name);
    else if (schema instanceof z.ZodArray) visit(schema.element, name);
    const { key, entry } = z.globalRegistry.get(schema) ?? {};
    if (key instanceof z.ZodType && entry instanceof z.ZodType) {
      visit(key, name);
      visit(entry, name);
    }
  };
  for (const schema of schemas) visit(schema, '');
  return known;
}
