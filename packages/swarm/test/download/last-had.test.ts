/** Who had last what nobody has, over several runs of a download. */
import { expect, it } from 'vitest';
import { Bitfield, createDownload, type Download, geometryOf, type HeldRun } from '../../src/index.js';

const PIECES = 6;
const PIECE = 256 * 1024;

function downloadAfter(lastHad: readonly HeldRun[], verified: readonly number[] = []): Download {
  const geometry = geometryOf(PIECES * PIECE, PIECE);
  return createDownload({ geometry, verified: fieldOf(verified), lastHad, random: () => 0.999, nowMs: 0 });
}

function fieldOf(pieces: readonly number[]): Bitfield {
  const field = new Bitfield(PIECES);
  for (const piece of pieces) field.add(piece);
  return field;
}

const bySomeone: readonly HeldRun[] = [
  { peer: 'a', run: [0, 3] },
  { peer: 'b', run: [3, 4] },
  { peer: 'a', run: [4, 5] },
];

it('one peer is named for each missing piece, be it there or gone, in runs that go over verified pieces', () => {
  const download = downloadAfter([], [1]);
  download.step({ kind: 'peer_opened', peer: 'a', pieces: fieldOf([0, 1, 2, 4]) });
  download.step({ kind: 'peer_opened', peer: 'b', pieces: fieldOf([3]) });
  expect(download.lastHad(10)).toEqual(bySomeone);
  download.step({ kind: 'peer_gone', peer: 'a' });
  expect(download.lastHad(10)).toEqual(bySomeone);
  expect(download.lastHad(2)).toEqual(bySomeone.slice(0, 2));
});

it('what an earlier run has seen is told, until somebody else has been seen to have it', () => {
  const download = downloadAfter(bySomeone, [1]);
  expect(download.lastHad(10)).toEqual(bySomeone);
  expect(download.report().missing).toContainEqual({ runs: [[3, 4]], lastHad: 'b' });
  download.step({ kind: 'peer_opened', peer: 'c', pieces: 'all' });
  expect(download.lastHad(10)).toEqual([{ peer: 'c', run: [0, PIECES] }]);
  download.step({ kind: 'peer_gone', peer: 'c' });
  expect(download.report().missing).toMatchObject([{ lastHad: 'c' }]);
});
