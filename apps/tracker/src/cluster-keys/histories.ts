/** What the keys in a cluster's key file come to: which of them count, what a new one does, what two files make together. */
import { KEY_OVERLAP_MS, MAX_SUCCESSIONS } from '@p2p/protocol';
import { compareKeys, type DatedKey, type KeyHistory, newDatedKey } from '@p2p/transport';

/** The newest, and the former ones that are told of. */
const MAX_KEYS = MAX_SUCCESSIONS + 1;

/** The newest key, and those before it that still count at this time; newest first. */
export function keysInForce({ keys }: Pick<KeyHistory, 'keys'>, now: number): readonly DatedKey[] {
  return keys.filter((_, at) => {
    const successor = keys[at - 1];
    return successor === undefined || now < (successor.since ?? 0) + KEY_OVERLAP_MS;
  });
}

/** The same with a new key on top, and without those that count no longer. Undefined where too many still count. */
export function rotated({ first, keys }: KeyHistory, now: number): KeyHistory | undefined {
  const since = Math.max(now, (keys[0]?.since ?? 0) + 1);
  const inForce = keysInForce({ keys: [newDatedKey(since), ...keys] }, now);
  return inForce.length > MAX_KEYS ? undefined : { first, keys: inForce };
}

/**
 * All keys of both, in the order in which they came: whoever has both files comes to the same, also where each has got a
 * new key without the other's knowing, and every key leads to the newest. Undefined where they are two clusters', or have
 * no key in common.
 */
export function merged(one: KeyHistory, other: KeyHistory): KeyHistory | undefined {
  if (one.first !== other.first || !one.keys.some(({ id }) => includesKey(other, id))) return undefined;
  const byId = new Map([...one.keys, ...other.keys].map((key) => [key.id, key]));
  const keys = [...byId.values()].sort((left, right) => compareKeys(right, left));
  return { first: one.first, keys: keys.slice(0, MAX_KEYS) };
}

export function isSame(one: KeyHistory, other: KeyHistory): boolean {
  return one.keys.length === other.keys.length && one.keys.every(({ id }, at) => id === other.keys[at]?.id);
}

export function newestOf({ keys }: KeyHistory): DatedKey {
  const [newest] = keys;
  if (newest === undefined) throw new Error('a cluster has a key');
  return newest;
}

export function includesKey({ keys }: KeyHistory, id: string): boolean {
  return keys.some((key) => key.id === id);
}
