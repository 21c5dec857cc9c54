/** Vectors: for each incarnation the number of its operations up to which somebody has all of them. */
import type { IncarnationId, Vector } from '@p2p/protocol';

/** A vector that is being added to. */
export type GrowingVector = Record<IncarnationId, number>;

/** Highest seq of an incarnation, 0 where there is none. */
export function seqIn(vector: Vector, incarnation: IncarnationId): number {
  return vector[incarnation] ?? 0;
}

/** Whether somebody who has `vector` has all of `wanted`. */
export function covers(vector: Vector, wanted: Vector): boolean {
  for (const incarnation of Object.keys(wanted) as IncarnationId[]) {
    if (seqIn(vector, incarnation) < seqIn(wanted, incarnation)) return false;
  }
  return true;
}

/** Raises `vector` to at least `other`, in place. */
export function raise(vector: GrowingVector, other: Vector): void {
  for (const incarnation of Object.keys(other) as IncarnationId[]) {
    vector[incarnation] = Math.max(seqIn(vector, incarnation), seqIn(other, incarnation));
  }
}
