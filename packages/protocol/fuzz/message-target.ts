/** A target for the messages of one schema: made from it, then with something wrong in the value, in its bytes, or both. */
import { type Dice, hold, mutateBytes, mutateValue, type Parents, type Target, valuesOf } from '@p2p/fuzzing';
import { Packr } from 'msgpackr';
import type { z } from 'zod';
import { decodeMessage, errorCodes, MAX_REQUEST_NUMBER, pack, unpack } from '../src/index.js';

export interface MessageTarget {
  readonly name: string;
  readonly schema: z.ZodType<{ readonly type: string }>;
  /** Of a frame, and of the values in it, where these messages are read. */
  readonly maxBytes: number;
  readonly maxValues: number;
  readonly executions: number;
}

/** How often a value is changed before it is written down, and how often its bytes are. */
const VALUE_CHANGED = 0.7;
const BYTES_CHANGED = 0.5;

export function messageTarget({ name, schema, maxBytes, maxValues, executions }: MessageTarget): Target {
  const values = valuesOf(schema);
  const generate = (dice: Dice) => bytesOf(values(dice)) ?? new Uint8Array(0);
  return {
    name,
    kind: 'decoder',
    executions,
    maxBytes,
    generate,
    mutate: (dice, parents) => mutatePacked(dice, parents, { maxBytes, maxValues }),
    run: (frame) => {
      const decoded = decodeMessage(schema, frame, maxValues);
      if (decoded.ok) {
        holdRoundTrip(schema, decoded.message, maxValues);
        return true;
      }
      const { id, code, reason } = decoded;
      hold(id === undefined || (Number.isInteger(id) && id >= 0 && id <= MAX_REQUEST_NUMBER), 'an id can be answered');
      hold(errorCodes.includes(code) && reason !== '', 'a refusal has a code and a reason');
      return false;
    },
  };
}

/** What is decoded encodes again, and decodes to the same. */
function holdRoundTrip(schema: MessageTarget['schema'], message: { readonly type: string }, maxValues: number): void {
  const bytes = new Uint8Array(pack(message));
  const again = decodeMessage(schema, bytes, maxValues);
  hold(again.ok, () => `what was taken is taken again: ${again.ok ? '' : again.reason}`);
  hold(isSame(bytes, pack(again.message)), 'what was taken is the same when it is taken again');
}

/** Something wrong in MessagePack: in the value, in the bytes, or in both. */
export function mutatePacked(
  dice: Dice,
  parents: Parents,
  { maxBytes, maxValues }: Pick<MessageTarget, 'maxBytes' | 'maxValues'>,
): Uint8Array {
  const { input, other } = parents;
  const value = dice.chance(VALUE_CHANGED) ? unpack(input, maxValues) : undefined;
  const mutated = value === undefined ? undefined : bytesOf(mutateValue(dice, value, unpack(other, maxValues)));
  if (mutated !== undefined && !dice.chance(BYTES_CHANGED)) return mutated;
  return mutateBytes(dice, { input: mutated ?? input, other }, maxBytes);
}

const LARGE_BYTES = 256 * 1024;
const packr = new Packr({ useRecords: false });

/** Undefined where a value is too odd to be written. */
function bytesOf(value: unknown): Uint8Array | undefined {
  try {
    const bytes = new Uint8Array(packr.pack(value));
    // The library keeps the largest buffer that it ever needed. Nobody but a fuzzer writes such values.
    if (bytes.length > LARGE_BYTES) packr.useBuffer(Buffer.allocUnsafeSlow(8_192));
    return bytes;
  } catch {
    packr.useBuffer(Buffer.allocUnsafeSlow(8_192));
    return undefined;
  }
}

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
