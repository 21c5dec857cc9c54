/** Sets of pieces as runs of consecutive numbers: how they cross the wire. */

/** The pieces from `first` to below `end`. */
export type Run = readonly [first: number, end: number];

/** The runs of numbers that come in ascending order. */
export function runsOf(pieces: Iterable<number>): Run[] {
  const runs: [number, number][] = [];
  let last: [number, number] | undefined;
  for (const piece of pieces) {
    if (last !== undefined && last[1] === piece) last[1] = piece + 1;
    else {
      last = [piece, piece + 1];
      runs.push(last);
    }
  }
  return runs;
}

/** The numbers of runs, in their order. */
export function* piecesOf(runs: readonly Run[]): Generator<number, void, void> {
  for (const [first, end] of runs) for (let piece = first; piece < end; piece++) yield piece;
}
