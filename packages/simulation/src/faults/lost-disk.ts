/** What would be lost with a disk. */
import type { IncarnationId, RequestId } from '@p2p/protocol';
import type { Witness } from '../witness/witness.js';

export interface Loss {
  /** Whether something was on a disk of every slot, so that it may be final, and is on no other disk now. */
  readonly isFinal: boolean;
  /** Requests that a client was told of and that no other disk holds. */
  readonly promised: readonly RequestId[];
}

export function lossWith(witness: Witness, slot: number, slots: readonly number[]): Loss {
  const others = slots.filter((other) => other !== slot);
  const told = new Set(witness.promised.map(({ requestId }) => requestId));
  const promised: RequestId[] = [];
  for (const [incarnation, seq] of witness.onDisk(slot)) {
    const elsewhere = Math.max(0, ...others.map((other) => witness.onDisk(other).get(incarnation) ?? 0));
    const own = witness.operations.get(incarnation) ?? [];
    for (let at = elsewhere; at < seq; at++) {
      if (wasEverywhere(witness, { incarnation, seq: at + 1 }, slots)) return { isFinal: true, promised };
      const requestId = own[at]?.operation.requestId;
      if (requestId === undefined || !told.has(requestId)) continue;
      if (!others.some((other) => witness.isOnDisk(requestId, witness.onDisk(other)))) promised.push(requestId);
    }
  }
  return { isFinal: false, promised };
}

function wasEverywhere(
  witness: Witness,
  { incarnation, seq }: { incarnation: IncarnationId; seq: number },
  slots: readonly number[],
): boolean {
  const awaited = slots.filter((slot) => !witness.everRetired.has(slot));
  return awaited.every((slot) => (witness.everOnDisk(slot).get(incarnation) ?? 0) >= seq);
}
