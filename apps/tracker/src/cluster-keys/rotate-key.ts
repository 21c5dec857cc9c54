/** Gives the cluster of a running tracker a new key. Whoever is linked or connected hears of it by the change itself. */
import { type ClusterId, clusterId } from '@p2p/protocol';
import { isRetired } from '@p2p/state';
import type { Configuration } from '../configuration.js';
import type { Log } from '../log.js';
import type { ReplicatedState } from '../replication/replicated-state.js';
import { newKeyLine } from './take-over-keys.js';

export interface KeyRotation {
  /** Of the new key. */
  readonly fingerprint: ClusterId;
  /** Trackers that get it when they are back. */
  readonly away: number[];
}

export type KeyRotated =
  | { readonly ok: true; readonly rotation: KeyRotation }
  /** A sentence for the operator. */
  | { readonly ok: false; readonly message: string };

export async function rotateKey({
  configuration: { keys, trackers, own },
  replicated,
  log,
}: {
  readonly configuration: Configuration;
  readonly replicated: ReplicatedState;
  readonly log: Log;
}): Promise<KeyRotated> {
  const rotated = await keys.rotate();
  if (!rotated.ok) return rotated;
  log.info(newKeyLine(keys));
  const { linkedSlots, state } = replicated;
  const isAway = (slot: number) => slot !== own.number && !linkedSlots.includes(slot) && !isRetired(state, slot);
  const away = trackers.map(({ number }) => number).filter(isAway);
  return { ok: true, rotation: { fingerprint: clusterId.parse(keys.current.id), away } };
}
