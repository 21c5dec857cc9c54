/**
 * Messages as MessagePack, checked once at the door. Outgoing messages are trusted (the compiler has seen them),
 * incoming ones are decoded and held against the schema of everything that may be said to this side.
 */
import { Packr } from 'msgpackr';
import type * as z from 'zod';
import { type ErrorCode, errorCodes } from './errors.js';
import { MAX_REQUEST_NUMBER, MAX_REQUEST_VALUES } from './limits.js';
import { isPlainValue } from './plain-values.js';

const options = { useRecords: false, mapsAsObjects: true, int64AsType: 'number', encodeUndefinedAsNil: false } as const;

/** Decoded byte strings outlive the chunk they came in. */
const packr = new Packr({ ...options, copyBuffers: true });
const viewing = new Packr({ ...options, copyBuffers: false });

/**
 * MessagePack bytes of any plain value: objects, arrays, strings, numbers, booleans, null, Uint8Array. A field without a
 * value must be absent: `undefined` is no MessagePack, and {@link unpack} refuses it.
 */
export function pack(value: unknown): Uint8Array {
  return packr.pack(value);
}

/**
 * The value of MessagePack bytes, or undefined where they are none, not plain, or made of more values than allowed (see
 * plain-values.ts). Never throws.
 */
export function unpack(bytes: Uint8Array, maxValues = MAX_REQUEST_VALUES): unknown {
  if (!isPlainValue(bytes, maxValues)) return undefined;
  try {
    return packr.unpack(bytes);
  } catch {
    // Not known to happen; but a promise about strangers' bytes is not left to a library.
    return undefined;
  }
}

/**
 * The value of MessagePack bytes that this program has written itself, and that a checksum has shown to be unchanged:
 * without the checks that strangers' bytes need. Byte strings in it are views of `bytes`: copy what is kept. Throws where
 * they are not what they should be.
 */
export function unpackOwn(bytes: Uint8Array): unknown {
  return viewing.unpack(bytes);
}

/** The payload of an outgoing message, without its length prefix. */
export function encodeMessage<M extends { readonly type: string }>(message: M): Uint8Array {
  return pack(message);
}

export type Decoded<T> =
  | { readonly ok: true; readonly message: T }
  | {
      readonly ok: false;
      /** The request's id where one could be read: then the fault may be answered instead of closing. */
      readonly id: number | undefined;
      readonly code: ErrorCode;
      readonly reason: string;
    };

/** Nobody hears of more than the first fault, and to find the others in a long list would take seconds. */
export const untilFirstFault: z.core.ParseContextInternal<z.core.$ZodIssue> = { abortEarly: true };

/**
 * Decodes one frame and checks it against `schema`. Never throws. A frame of more than `maxValues` values is refused
 * before anything is built from it; where more than a request may come, the caller names that bound.
 */
export function decodeMessage<T>(schema: z.ZodType<T>, frame: Uint8Array, maxValues = MAX_REQUEST_VALUES): Decoded<T> {
  const value = unpack(frame, maxValues);
  const parsed = schema.safeParse(value, untilFirstFault);
  if (parsed.success) return { ok: true, message: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, id: idOf(value), code: codeOf(issue), reason: reasonOf(issue) };
}

function idOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  const { id } = value;
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= MAX_REQUEST_NUMBER ? id : undefined;
}

/** A schema names a more precise code by `params: { code }`; everything else is a bad request. */
function codeOf(issue: z.core.$ZodIssue | undefined): ErrorCode {
  const code: unknown = issue?.code === 'custom' ? issue.params?.code : undefined;
  return errorCodes.find((known) => known === code) ?? 'bad_request';
}

function reasonOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'the message does not fit its schema';
  const path = issue.path.join('.');
  return path === '' || issue.code === 'custom' ? issue.message : `${path}: ${issue.message}`;
}
