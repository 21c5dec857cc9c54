/**
 * Bytes with something wrong in them: what a bad line, a bad disk or a bad mind makes of an input. What is special about
 * MessagePack is that its headers are among the bytes that are put in.
 */
import type { Dice } from '../dice.js';

/** Numbers at which programs go wrong. */
const notableIntegers = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** Headers of MessagePack that promise much: lists, maps, strings and bytes of every size, nesting, and what is none. */
const notableHeaders: readonly (readonly number[])[] = [
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  [0xdd, 0, 1, 0, 0],
  [0xdc, 0xff, 0xff],
  [0xdf, 0xff, 0xff, 0xff, 0xff],
  [0xde, 0xff, 0xff],
  [0xdb, 0xff, 0xff, 0xff, 0xff],
  [0xc6, 0xff, 0xff, 0xff, 0xff],
  [0xda, 0, 0xff],
  [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
  [0xcb, 0xff, 0xf0, 0, 0, 0, 0, 0, 0],
  [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0],
  [0xc1],
  [0xd4, 0x69, 0],
  [0xd6, 0x70, 0, 0, 0, 0],
  [0xc7, 0xff, 0],
  new Array<number>(20).fill(0x91),
  new Array<number>(20).fill(0x81),
];

type Change = (dice: Dice, bytes: Uint8Array, other: Uint8Array) => Uint8Array;

/** Places in bytes: the end is not included, and may lie behind theirs. */
type Span = readonly [start: number, end: number];

/** The bytes with those of a span replaced. */
function spliced(bytes: Uint8Array, [start, end]: Span, inserted: Uint8Array | readonly number[]): Uint8Array {
  const rest = bytes.subarray(Math.min(bytes.length, end));
  const result = new Uint8Array(start + inserted.length + rest.length);
  result.set(bytes.subarray(0, start));
  result.set(inserted, start);
  result.set(rest, start + inserted.length);
  return result;
}

/** A span that is empty, or of `length`. */
function spanIn(dice: Dice, bytes: Uint8Array, length = 0): Span {
  const start = dice.below(bytes.length + 1);
  return [start, start + length];
}

/** A part of the bytes: mostly short. */
function partOf(dice: Dice, bytes: Uint8Array): Uint8Array {
  const start = dice.below(bytes.length + 1);
  return bytes.subarray(start, start + 1 + dice.size(bytes.length - start));
}

function overwritten(dice: Dice, bytes: Uint8Array): Uint8Array {
  const width = dice.pick([1, 2, 4, 8]);
  const at = dice.below(bytes.length + 1);
  const result = bytes.slice();
  const littleEndian = dice.chance(0.3);
  let value = BigInt(dice.pick(notableIntegers) + dice.between(-1, 1));
  if (value < 0n) value += 1n << 64n;
  for (let index = 0; index < width && at + index < result.length; index++) {
    const shift = BigInt(8 * (littleEndian ? index : width - 1 - index));
    result[at + index] = Number((value >> shift) & 0xffn);
  }
  return result;
}

const changes: readonly Change[] = [
  function flipped(dice, bytes) {
    const result = bytes.slice();
    const bit = dice.below(8 * bytes.length);
    result[bit >> 3] = (result[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return result;
  },
  function replaced(dice, bytes) {
    const result = bytes.slice();
    result[dice.below(bytes.length)] = dice.below(256);
    return result;
  },
  overwritten,
  overwritten,
  (dice, bytes) => bytes.slice(0, dice.below(bytes.length + 1)),
  (dice, bytes) => spliced(bytes, [bytes.length, bytes.length], dice.bytes(1 + dice.size(64))),
  (dice, bytes) => spliced(bytes, spanIn(dice, bytes), dice.bytes(1 + dice.size(16))),
  (dice, bytes) => spliced(bytes, spanIn(dice, bytes, 1 + dice.size(bytes.length)), []),
  (dice, bytes) => spliced(bytes, spanIn(dice, bytes), partOf(dice, bytes)),
  (dice, bytes, other) => spliced(bytes, spanIn(dice, bytes, dice.size(bytes.length)), partOf(dice, other)),
  (dice, bytes) => spliced(bytes, spanIn(dice, bytes, dice.below(2)), dice.pick(notableHeaders)),
  (dice, bytes, other) => spliced(bytes, spanIn(dice, bytes, bytes.length), partOf(dice, other)),
];

/** How often an input is made as long as may be: seldom, since those cost most. */
const LENGTHENED = 1 / 4_000;

/** An input to be changed, and another one to take parts from. Neither is touched. */
export interface Parents {
  readonly input: Uint8Array;
  readonly other: Uint8Array;
}

/** One to a few changes of `input`; never longer than `maxBytes`. */
export function mutateBytes(dice: Dice, { input, other }: Parents, maxBytes: number): Uint8Array {
  let result = input;
  for (let left = 1 + dice.size(6); left > 0; left--) {
    if (result.length === 0) result = dice.bytes(1 + dice.size(16));
    result = dice.pick(changes)(dice, result, other);
  }
  if (dice.chance(LENGTHENED)) result = lengthened(dice, result, maxBytes);
  return result.length > maxBytes ? result.subarray(0, maxBytes) : result;
}

/** A part of it again and again. */
function lengthened(dice: Dice, bytes: Uint8Array, maxBytes: number): Uint8Array {
  const part = partOf(dice, bytes);
  if (part.length === 0) return bytes;
  const times = Math.floor((maxBytes - bytes.length) / part.length);
  const repeated = new Uint8Array(Math.max(0, times * part.length));
  for (let at = 0; at < repeated.length; at += part.length) repeated.set(part, at);
  return spliced(bytes, spanIn(dice, bytes), repeated);
}
