import { MAX_GIVEN_UP_PIECES, MAX_UNWANTED_PIECES, MIN_CREDIT_BYTES, STALL_AFTER_MS } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import {
  Bitfield,
  createDownload,
  type Download,
  type DownloadEffect,
  type DownloadEvent,
  geometryOf,
  type Run,
} from '../../src/index.js';

const PIECE = 256 * 1024;

/** A download and what it said, a line an effect; credits are left out unless they are asked for. */
class Lines {
  readonly download: Download;

  constructor(pieceCount: number, verified: readonly number[] = []) {
    const field = new Bitfield(pieceCount);
    for (const piece of verified) field.add(piece);
    const geometry = geometryOf(pieceCount * PIECE, PIECE);
    this.download = createDownload({ geometry, verified: field, random: () => 0.999, nowMs: 0 });
  }

  after(event: DownloadEvent): string[] {
    return this.download.step(event).flatMap((effect) => lineOf(effect));
  }

  /** A peer that has these pieces. */
  open(peer: string, pieces: readonly number[] | 'all'): string[] {
    const size = this.download.verified.size;
    const field = new Bitfield(size);
    for (const piece of pieces === 'all' ? [] : pieces) field.add(piece);
    return this.after({ kind: 'peer_opened', peer, pieces: pieces === 'all' ? 'all' : field });
  }

  block(peer: string, piece: number, bytes = PIECE / 4): string[] {
    return this.after({ kind: 'block_received', peer, piece, bytes });
  }

  whole(peer: string, piece: number): string[] {
    return [...this.block(peer, piece, PIECE), ...this.after({ kind: 'piece_verified', peer, piece })];
  }
}

function lineOf(effect: DownloadEffect): string[] {
  const runs = (name: string, of: readonly Run[]): string[] =>
    of.length === 0
      ? []
      : [`${name} ${of.map(([first, end]) => (end === first + 1 ? first : `${first}-${end - 1}`)).join(' ')}`];
  switch (effect.kind) {
    case 'offer': {
      const parts = [...runs('add', effect.add), ...runs('spare', effect.spare), ...runs('remove', effect.remove)];
      return [`${effect.peer}: ${parts.join(', ')}`];
    }
    case 'ban':
      return [`${effect.peer}: ban, ${effect.reason}`];
    case 'have':
      return [`have ${effect.piece}`];
    case 'complete':
      return ['complete'];
    case 'credit':
      return [];
  }
}

describe('what a peer may choose from', () => {
  it('is all that is missing', () => {
    const lines = new Lines(8, [2, 3]);
    expect(lines.open('seeder', 'all')).toEqual(['seeder: add 0-1 4-7']);
  });

  it('is spare as long as others are the first choice for it', () => {
    const lines = new Lines(8);
    lines.open('seeder', 'all');
    // Who has a part comes before who has everything, and has less else to send.
    expect(lines.open('leecher', [1])).toEqual(['leecher: add 1, spare 0 2-7', 'seeder: spare 1']);
    expect(lines.after({ kind: 'peer_has', peer: 'leecher', pieces: [5] })).toEqual([
      'leecher: add 5',
      'seeder: spare 5',
    ]);
  });

  it('is the same for all who say that they have everything: some may never send any of it', () => {
    const lines = new Lines(8);
    lines.open('a', 'all');
    expect(lines.open('b', 'all')).toEqual(['b: add 0-7']);
    expect(lines.after({ kind: 'peer_gone', peer: 'a' })).toEqual([]);
  });

  it('is offered before it is known that the peer has it', () => {
    const lines = new Lines(4);
    expect(lines.open('newcomer', [])).toEqual(['newcomer: spare 0-3']);
  });

  it('is no longer what somebody else has begun', () => {
    const lines = new Lines(8);
    lines.open('a', 'all');
    lines.open('b', 'all');
    expect(lines.block('a', 2)).toEqual(['b: remove 2']);
    expect(lines.download.collects('a', 2)).toBe(true);
  });

  it('is what somebody else had begun who is gone', () => {
    const lines = new Lines(8);
    lines.open('a', 'all');
    lines.open('b', 'all');
    lines.block('a', 2);
    expect(lines.after({ kind: 'peer_gone', peer: 'a' })).toContain('b: add 2');
  });

  it('is offered once more where it was missed again while a copy that was of no use was on its way', () => {
    const lines = new Lines(2);
    lines.open('liar', 'all');
    lines.open('honest', 'all');
    lines.block('liar', 0, PIECE);
    expect(lines.block('honest', 0)).toEqual(['honest: remove 0']);
    expect(lines.after({ kind: 'piece_failed', peer: 'liar', piece: 0 })).toEqual([
      'liar: ban, wrong_piece',
      'honest: add 0',
    ]);
    expect(lines.block('honest', 0, (3 * PIECE) / 4)).toEqual(['honest: add 0']);
  });

  it('is of use from a peer that broke it off and begins it once more', () => {
    const lines = new Lines(8);
    lines.open('a', 'all');
    lines.open('b', 'all');
    lines.block('a', 2);
    expect(lines.block('b', 2)).toContain('b: remove 2');
    lines.after({ kind: 'peer_gone', peer: 'a' });
    lines.after({ kind: 'block_received', peer: 'b', piece: 2, bytes: PIECE / 4, again: true });
    expect(lines.download.collects('b', 2)).toBe(true);
    expect(lines.download.report().peers[0]?.sending).toEqual({ piece: 2, received: PIECE / 4 });
  });

  it('is what somebody else has begun and sends no more of, until he goes on', () => {
    const lines = new Lines(8);
    lines.open('a', 'all');
    lines.open('b', 'all');
    lines.block('a', 2);
    expect(lines.after({ kind: 'tick', nowMs: STALL_AFTER_MS - 1 })).toEqual([]);
    expect(lines.after({ kind: 'tick', nowMs: STALL_AFTER_MS })).toEqual(['b: add 2']);
    expect(lines.block('a', 2)).toEqual(['b: remove 2']);
    expect(lines.download.report().peers[0]).toMatchObject({ peer: 'a', stalls: 1, stalled: false });
  });
});

describe('the end game', () => {
  it('offers as a spare what is on its way, when nothing else is left', () => {
    const lines = new Lines(2);
    lines.open('a', 'all');
    lines.open('b', 'all');
    expect(lines.block('a', 0)).toEqual(['b: remove 0']);
    expect(lines.block('b', 1)).toEqual(['a: spare 1', 'b: spare 0']);
  });

  it('takes what comes first, and breaks off the other', () => {
    const lines = new Lines(2);
    lines.open('a', 'all');
    lines.open('b', 'all');
    lines.block('a', 0);
    lines.whole('b', 1);
    lines.block('b', 0);
    expect(lines.download.collects('a', 0)).toBe(true);
    expect(lines.download.collects('b', 0)).toBe(true);
    lines.block('b', 0, (PIECE * 3) / 4);
    expect(lines.after({ kind: 'piece_verified', peer: 'b', piece: 0 })).toEqual(['have 0', 'a: remove 0', 'complete']);
  });

  it('has room for two senders of a piece, and no third', () => {
    const lines = new Lines(1);
    for (const peer of ['a', 'b', 'c']) lines.open(peer, 'all');
    expect(lines.block('a', 0)).toEqual(['b: spare 0', 'c: spare 0']);
    expect(lines.block('b', 0)).toEqual(['c: remove 0']);
    expect(lines.block('c', 0)).toEqual(['c: remove 0']);
    expect(lines.download.collects('c', 0)).toBe(false);
    expect(lines.after({ kind: 'peer_gone', peer: 'a' })).toEqual(['c: spare 0']);
  });

  it('goes on with what there is while nobody has the rest', () => {
    const lines = new Lines(3);
    lines.open('a', [0]);
    lines.open('b', [0]);
    expect(lines.block('a', 0)).toEqual(['b: remove 0']);
    expect(lines.after({ kind: 'tick', nowMs: 250 })).toEqual(['b: spare 0']);
    expect(lines.download.report().missing).toEqual([{ runs: [[1, 3]], lastHad: null }]);
  });
});

describe('two who begin the same piece at once', () => {
  it('go on with the first, and the other is told once more', () => {
    const lines = new Lines(8);
    lines.open('a', 'all');
    lines.open('b', 'all');
    lines.block('a', 2);
    expect(lines.block('b', 2)).toEqual(['b: remove 2']);
    expect(lines.download.collects('b', 2)).toBe(false);
    expect(lines.download.report().peers.find(({ peer }) => peer === 'b')?.wasted).toBe(PIECE / 4);
  });
});

describe('a peer that is not to be had anything to do with', () => {
  it('sent a wrong piece', () => {
    const lines = new Lines(2);
    lines.open('a', 'all');
    lines.block('a', 0, PIECE);
    expect(lines.after({ kind: 'piece_failed', peer: 'a', piece: 0 })).toEqual(['a: ban, wrong_piece']);
    expect(lines.open('a', 'all')).toEqual([]);
    expect(lines.open('b', 'all')).toEqual(['b: add 0-1']);
  });

  it('speaks of a piece that the file does not have', () => {
    const lines = new Lines(2);
    lines.open('a', []);
    expect(lines.after({ kind: 'peer_has', peer: 'a', pieces: [2] })).toEqual(['a: ban, no_such_piece']);
    lines.open('b', 'all');
    expect(lines.block('b', 7)).toEqual(['b: ban, no_such_piece']);
  });

  it('goes on sending what is here', () => {
    const lines = new Lines(2, [0]);
    lines.open('a', 'all');
    const said = Array.from({ length: MAX_UNWANTED_PIECES + 1 }, () => lines.block('a', 0, PIECE)).flat();
    expect(said.at(-1)).toBe('a: ban, not_offered');
  });

  it('goes on beginning pieces that it never ends', () => {
    const lines = new Lines(40);
    lines.open('a', 'all');
    const said = Array.from({ length: MAX_GIVEN_UP_PIECES + 2 }, (_, piece) => lines.block('a', piece)).flat();
    expect(said.at(-1)).toBe('a: ban, gives_up');
  });
});

describe('the credit', () => {
  const credits = (lines: Lines, event: DownloadEvent) =>
    lines.download.step(event).filter((effect) => effect.kind === 'credit');

  it('is given at once, and goes on with what comes, wanted or not', () => {
    const lines = new Lines(8, [0]);
    const opened = credits(lines, { kind: 'peer_opened', peer: 'a', pieces: 'all' });
    expect(opened).toEqual([{ kind: 'credit', peer: 'a', received: 0, credit: MIN_CREDIT_BYTES }]);
    const wasted = credits(lines, { kind: 'block_received', peer: 'a', piece: 0, bytes: 1_000 });
    expect(wasted).toEqual([{ kind: 'credit', peer: 'a', received: 1_000, credit: MIN_CREDIT_BYTES + 1_000 }]);
  });

  it('grows with the rate, within its bounds, and shrinks again', () => {
    const lines = new Lines(4_096);
    lines.open('a', 'all');
    const windowOf = () => lines.download.report().peers[0]?.creditWindow ?? 0;
    for (let piece = 0; piece < 200; piece++) lines.block('a', piece, PIECE);
    const most = windowOf();
    expect(most).toBeGreaterThan(4 * MIN_CREDIT_BYTES);
    for (let second = 1; second < 20; second++) {
      lines.after({ kind: 'tick', nowMs: second * 1_000 });
      lines.block('a', 200 + second, PIECE);
    }
    expect(windowOf()).toBe(MIN_CREDIT_BYTES);
  });
});

describe('the report', () => {
  it('says who sent what, also of those who are gone, and who had last what nobody has', () => {
    const lines = new Lines(4);
    lines.open('a', [0, 1]);
    lines.open('b', [2]);
    lines.whole('a', 0);
    lines.whole('b', 2);
    lines.after({ kind: 'peer_gone', peer: 'a' });
    expect(lines.download.report()).toMatchObject({
      missing: [
        { runs: [[1, 2]], lastHad: 'a' },
        { runs: [[3, 4]], lastHad: null },
      ],
      sources: [
        { peer: 'a', bytes: PIECE },
        { peer: 'b', bytes: PIECE },
      ],
    });
  });
});
