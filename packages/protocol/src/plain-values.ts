/**
 * What a stranger's MessagePack may hold, checked before anything is built from it: exactly one value made of nil,
 * booleans, numbers, strings, byte strings, arrays and maps with string keys. Extensions are refused, because a decoder
 * gives some of them a life of their own: with msgpackr's references a frame of a few hundred bytes stands for a value
 * that takes minutes to walk.
 */
import { MAX_MESSAGE_DEPTH } from './limits.js';

/** To build a byte string takes as long as to build about this many numbers. */
const VALUES_PER_BYTE_STRING = 16;

type Kind = 'scalar' | 'string' | 'bytes' | 'array' | 'map';

/** How a value goes on after its first byte. */
interface Token {
  readonly kind: Kind;
  /** Bytes that follow: a scalar's own, or those of a length. */
  readonly following: number;
  /** The length itself, where the first byte holds it. */
  readonly length: number | undefined;
}

const scalar = (following: number): Token => ({ kind: 'scalar', following, length: 0 });
const sized = (kind: Kind, length: number): Token => ({ kind, following: 0, length });
const counted = (kind: Kind, following: number): Token => ({ kind, following, length: undefined });

/** https://github.com/msgpack/msgpack/blob/master/spec.md, "Formats"; a missing entry is refused. */
const above0xbf = new Map<number, Token>([
  [0xc0, scalar(0)],
  [0xc2, scalar(0)],
  [0xc3, scalar(0)],
  [0xc4, counted('bytes', 1)],
  [0xc5, counted('bytes', 2)],
  [0xc6, counted('bytes', 4)],
  [0xca, scalar(4)],
  [0xcb, scalar(8)],
  [0xcc, scalar(1)],
  [0xcd, scalar(2)],
  [0xce, scalar(4)],
  [0xcf, scalar(8)],
  [0xd0, scalar(1)],
  [0xd1, scalar(2)],
  [0xd2, scalar(4)],
  [0xd3, scalar(8)],
  [0xd9, counted('string', 1)],
  [0xda, counted('string', 2)],
  [0xdb, counted('string', 4)],
  [0xdc, counted('array', 2)],
  [0xdd, counted('array', 4)],
  [0xde, counted('map', 2)],
  [0xdf, counted('map', 4)],
]);

function tokenOf(first: number): Token | undefined {
  if (first < 0x80 || first >= 0xe0) return scalar(0);
  if (first < 0x90) return sized('map', first & 0x0f);
  if (first < 0xa0) return sized('array', first & 0x0f);
  if (first < 0xc0) return sized('string', first & 0x1f);
  return above0xbf.get(first);
}

const tokens = Array.from({ length: 256 }, (_, first) => tokenOf(first));

/** An open array or map. */
interface Container {
  readonly isMap: boolean;
  /** Values still to come; in a map a key and its value are two. */
  left: number;
}

/**
 * Whether `bytes` are exactly one plain value, made of `maxValues` at most: itself, all that is in it, and the keys of
 * maps; a byte string counts as {@link VALUES_PER_BYTE_STRING}. Takes time and memory in proportion to `bytes` at most.
 */
export function isPlainValue(bytes: Uint8Array, maxValues: number): boolean {
  const open: Container[] = [{ isMap: false, left: 1 }];
  let at = 0;
  /** Values still to come in all open containers: each takes a byte at least, so no length can be a lie. */
  let owed = 1;
  let allowed = maxValues;
  for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
    if (inner.left === 0) {
      open.pop();
      continue;
    }
    if (owed > bytes.length - at || owed > allowed) return false;
    const token = tokens[bytes[at] as number];
    if (token === undefined || (inner.isMap && inner.left % 2 === 0 && token.kind !== 'string')) return false;
    inner.left -= 1;
    owed -= 1;
    allowed -= token.kind === 'bytes' ? VALUES_PER_BYTE_STRING : 1;
    const length = token.length ?? readLength(bytes, at + 1, token.following);
    at += 1 + token.following;
    if (token.kind === 'string' && losesItsMark(bytes, at, length)) return false;
    if (token.kind !== 'array' && token.kind !== 'map') {
      at += length;
    } else if (length > 0) {
      const left = token.kind === 'map' ? 2 * length : length;
      owed += left;
      if (open.push({ isMap: token.kind === 'map', left }) > MAX_MESSAGE_DEPTH + 1) return false;
    }
  }
  return at === bytes.length && allowed >= 0;
}

/**
 * Where msgpackr has no native part it gives longer strings to a TextDecoder, which drops a byte order mark: the string
 * would be another one than on other machines, and a name that is refused would be a name that is not.
 */
function losesItsMark(bytes: Uint8Array, at: number, length: number): boolean {
  return length > 64 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

/** A big-endian length of `size` bytes; what lies beyond the end counts as 0 and is noticed by the caller's sums. */
function readLength(bytes: Uint8Array, at: number, size: number): number {
  let length = 0;
  for (let index = at; index < at + size; index++) length = length * 256 + (bytes[index] ?? 0);
  return length;
}
