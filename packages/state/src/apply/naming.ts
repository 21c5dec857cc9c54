/** Which name something new gets: the one that was asked for, or the first free one after it. */
import { type GroupId, type NameKind, type OperationMode, renamedTo, type Stamp } from '@p2p/protocol';
import type { State } from '../state.js';

export type Naming = { readonly name: string; readonly renamedFrom?: string };

/**
 * Undefined where the name is taken and the operation may be rejected. An operation that has to be kept gets the
 * name with the lowest free ordinal: `alice~2`.
 */
export function chooseName(
  wanted: { kind: NameKind; name: string; mode: OperationMode },
  isTaken: (name: string) => boolean,
): Naming | undefined {
  if (!isTaken(wanted.name)) return { name: wanted.name };
  if (wanted.mode === 'reject') return undefined;
  for (let ordinal = 2; ; ordinal++) {
    const name = renamedTo(wanted.kind, wanted.name, ordinal);
    if (!isTaken(name)) return { name, renamedFrom: wanted.name };
  }
}

/** Puts on record that something got another name than was asked for; nothing where it did not. */
export function recordConflict(
  state: State,
  { name, renamedFrom }: Naming,
  { id, ...what }: { kind: NameKind; id: string; at: Stamp; group?: GroupId },
): void {
  if (renamedFrom !== undefined) state.conflicts.set(id, { ...what, from: renamedFrom, to: name });
}
