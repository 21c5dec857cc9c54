/** Which name something new gets: the one that was asked for, or the first free one after it. */
import { type NameKind, type OperationMode, renamedTo } from '@p2p/protocol';

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
